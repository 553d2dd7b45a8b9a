# tests/bench/*.cpp -> novelo_bench. Built with everything else; timed only by scripts/bench.
file(GLOB novelo_bench_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/bench/*.cpp")
if(novelo_bench_sources)
  find_package(benchmark 1.7 REQUIRED)
  add_executable(novelo_bench ${novelo_bench_sources})
  set_target_properties(novelo_bench PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(novelo_bench PRIVATE "${PROJECT_SOURCE_DIR}/src"
                                                  "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(novelo_bench PRIVATE NOVELO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(novelo_bench PRIVATE novelo::novelo benchmark::benchmark fmt::fmt
                                             nlohmann_json::nlohmann_json SQLite::SQLite3)
  foreach(component IN ITEMS email testing)
    if(TARGET novelo::${component})
      target_link_libraries(novelo_bench PRIVATE novelo::${component})
    endif()
  endforeach()
  novelo_strict(novelo_bench)
endif()
