# tests/kill -> novelo_kill: processes on a real file are killed, and what is left is checked.
if(NOT TARGET novelo_fuzz_support)
  return()
endif()
find_package(CLI11 2 REQUIRED)
find_package(Threads REQUIRED)

file(GLOB novelo_kill_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/kill/*.cpp")
add_executable(novelo_kill ${novelo_kill_sources})
set_target_properties(novelo_kill PROPERTIES CXX_EXTENSIONS OFF)
target_link_libraries(novelo_kill PRIVATE novelo_fuzz_support CLI11::CLI11 Threads::Threads)
novelo_strict(novelo_kill)

add_test(NAME kill COMMAND novelo_kill --kills 400 --seed 20260312)
add_test(NAME kill/planted COMMAND novelo_kill --plant all --kills 100 --seed 20260312)
set_tests_properties(kill kill/planted PROPERTIES TIMEOUT 900)
