# tests/fuzz/<name>_fuzz.cpp. With every test run each is replayed for a few seconds without a fuzzer;
# with -DNOVELO_FUZZ=ON (the preset "fuzz": Clang, AddressSanitizer) it is a program of libFuzzer:
#
#   build/fuzz/novelo_fuzz_c_abi -max_total_time=300 build/fuzz/corpus tests/fuzz/corpus/c_abi
function(novelo_fuzz_target target)
  target_sources(${target} PRIVATE
    "${PROJECT_SOURCE_DIR}/tests/fuzz/c_abi_fuzz.cpp" "${PROJECT_SOURCE_DIR}/tests/fuzz/material.cpp"
    $<TARGET_OBJECTS:novelo_c_objects>)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${target} PRIVATE
    "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests"
    "${PROJECT_SOURCE_DIR}/bindings/c/include" "${PROJECT_SOURCE_DIR}/bindings/c/src")
  target_compile_definitions(${target} PRIVATE NOVELO_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                               NOVELO_C_STATIC)
  target_link_libraries(${target} PRIVATE novelo::testing novelo::novelo
                                          nlohmann_json::nlohmann_json fmt::fmt)
  novelo_strict(${target})
endfunction()

if(NOT TARGET novelo_c OR NOT TARGET novelo::testing)
  return()
endif()
if(NOVELO_FUZZ)
  add_executable(novelo_fuzz_c_abi)
  novelo_fuzz_target(novelo_fuzz_c_abi)
  target_link_options(novelo_fuzz_c_abi PRIVATE -fsanitize=fuzzer)
endif()
if(NOVELO_TESTS)
  add_executable(novelo_fuzz_replay "${PROJECT_SOURCE_DIR}/tests/fuzz/replay.cpp")
  novelo_fuzz_target(novelo_fuzz_replay)
  add_test(NAME fuzz/c_abi COMMAND novelo_fuzz_replay
           "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/c_abi" 50)
  set_tests_properties(fuzz/c_abi PROPERTIES TIMEOUT 600)
endif()
