# tests/crash: novelo_crash cuts the power and fails disk and memory at every operation of a store.
# With every test run it does so for about a minute; by hand for as long as you like (--help).
if(NOT TARGET novelo::testing OR NOT TARGET novelo::email)
  return()
endif()
add_executable(novelo_crash
  "${PROJECT_SOURCE_DIR}/tests/crash/main.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/crash_vfs.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/desk.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/desk_check.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/disk.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/history.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/host.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/image_check.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/memory_faults.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/operator_new.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/sweep.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/witness_store.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/workload.cpp"
  "${PROJECT_SOURCE_DIR}/tests/support/clinic.cpp"
  "${PROJECT_SOURCE_DIR}/tests/support/payloads.cpp")
set_target_properties(novelo_crash PROPERTIES CXX_EXTENSIONS OFF)
target_include_directories(novelo_crash PRIVATE "${PROJECT_SOURCE_DIR}/src"
                                                "${PROJECT_SOURCE_DIR}/tests")
target_compile_definitions(novelo_crash PRIVATE NOVELO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(novelo_crash PRIVATE novelo::novelo novelo::email novelo::testing
  doctest::doctest fmt::fmt nlohmann_json::nlohmann_json SQLite::SQLite3)
novelo_strict(novelo_crash)

foreach(sweep IN ITEMS power errors memory planted)
  add_test(NAME crash/${sweep} COMMAND novelo_crash --only ${sweep})
  set_tests_properties(crash/${sweep} PROPERTIES TIMEOUT 600)
endforeach()

# The file system itself is tested with everything else.
target_sources(novelo_tests PRIVATE
  "${PROJECT_SOURCE_DIR}/tests/crash/crash_vfs.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/disk.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/history.cpp"
  "${PROJECT_SOURCE_DIR}/tests/crash/memory_faults.cpp")
