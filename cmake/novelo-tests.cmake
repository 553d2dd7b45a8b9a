# tests/**/*_test.cpp with tests/support/*.cpp and tests/main.cpp -> novelo_tests, and one ctest
# entry for each test file, named by its path without "_test.cpp".
file(GLOB_RECURSE novelo_test_files CONFIGURE_DEPENDS
     RELATIVE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/tests/*_test.cpp")
list(FILTER novelo_test_files EXCLUDE REGEX "^(abi|bench|fuzz|package)/")
if(NOT TARGET novelo::email)
  list(FILTER novelo_test_files EXCLUDE REGEX "(^|/)(email|mime)[^/]*$")
endif()
# One who works on one part builds the tests of that part alone: -DNOVELO_TESTS_ONLY="sms|json".
set(NOVELO_TESTS_ONLY "" CACHE STRING "Build the tests whose files match; empty: all")
if(NOVELO_TESTS_ONLY)
  list(FILTER novelo_test_files INCLUDE REGEX "${NOVELO_TESTS_ONLY}")
  message(STATUS "Only the tests that match ${NOVELO_TESTS_ONLY} are built (NOVELO_TESTS_ONLY)")
endif()
file(GLOB_RECURSE novelo_test_support CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/support/*.cpp")

find_package(doctest 2.4 REQUIRED)
find_path(NOVELO_RAPIDCHECK_INCLUDE rapidcheck.h REQUIRED)
find_library(NOVELO_RAPIDCHECK_LIBRARY rapidcheck REQUIRED)

add_executable(novelo_tests "${PROJECT_SOURCE_DIR}/tests/main.cpp" ${novelo_test_support})
foreach(file IN LISTS novelo_test_files)
  target_sources(novelo_tests PRIVATE "${PROJECT_SOURCE_DIR}/tests/${file}")
endforeach()
set_target_properties(novelo_tests PROPERTIES CXX_EXTENSIONS OFF)
target_include_directories(novelo_tests PRIVATE "${PROJECT_SOURCE_DIR}/src"
                                                "${PROJECT_SOURCE_DIR}/tests")
target_include_directories(novelo_tests SYSTEM PRIVATE "${NOVELO_RAPIDCHECK_INCLUDE}")
target_compile_definitions(novelo_tests PRIVATE NOVELO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(novelo_tests PRIVATE novelo::novelo doctest::doctest fmt::fmt
  nlohmann_json::nlohmann_json SQLite::SQLite3 OpenSSL::Crypto date::date-tz PkgConfig::utf8proc
  "${NOVELO_RAPIDCHECK_LIBRARY}")
foreach(component IN ITEMS email testing)
  if(TARGET novelo::${component})
    target_link_libraries(novelo_tests PRIVATE novelo::${component})
  endif()
endforeach()
novelo_strict(novelo_tests)
# What is measured in tests is the library; the tests themselves need no optimiser.
target_compile_options(novelo_tests PRIVATE -O0)

foreach(file IN LISTS novelo_test_files)
  string(REGEX REPLACE "_test\\.cpp$" "" name "${file}")
  add_test(NAME ${name} COMMAND novelo_tests "--source-file=*/tests/${file}"
           WORKING_DIRECTORY "${PROJECT_BINARY_DIR}")
  set_tests_properties(${name} PROPERTIES TIMEOUT 900)
  # A fixed seed: what passes here passes everywhere. Run novelo_tests by hand for other seeds.
  set(environment "RC_PARAMS=seed=20260312")
  if(TARGET novelo_cli)
    list(APPEND environment "NOVELO_CLI=$<TARGET_FILE:novelo_cli>")
  endif()
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "${environment}")
endforeach()

# Every folder of examples/journeys is a story; each is played as it is and with a restart between
# any two steps.
file(GLOB novelo_journeys CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/journeys/*/*.json")
list(TRANSFORM novelo_journeys REPLACE "/[^/]*$" "")
list(REMOVE_DUPLICATES novelo_journeys)
if(TARGET novelo_cli)
  foreach(folder IN LISTS novelo_journeys)
    cmake_path(GET folder FILENAME name)
    add_test(NAME journeys/${name} COMMAND novelo_cli play "${folder}")
    add_test(NAME journeys/${name}-restart COMMAND novelo_cli play "${folder}" --restart)
    set_tests_properties(journeys/${name} journeys/${name}-restart PROPERTIES TIMEOUT 900)
  endforeach()
endif()

# Days that nobody has written: a fixed number of them with every run, scripts/torture goes on.
if(TARGET novelo_sim)
  add_test(NAME simulator/days COMMAND novelo_sim --seeds 150 --steps 600 --store mixed)
  add_test(NAME simulator/twice COMMAND novelo_sim --seed 500 --seeds 15 --steps 400 --twice)
  set_tests_properties(simulator/days simulator/twice PROPERTIES TIMEOUT 900)
endif()

# The README's first program runs, and prints what the README says it prints.
if(TARGET novelo_hello)
  add_test(NAME hello COMMAND "${PROJECT_SOURCE_DIR}/tests/readme" $<TARGET_FILE:novelo_hello>)
endif()

# The list of requirements and what holds them is generated and committed.
add_test(NAME requirements COMMAND "${PROJECT_SOURCE_DIR}/scripts/requirements" --check)

# The library reads no clock, draws no random number, prints nothing and ends no process.
get_target_property(novelo_type novelo TYPE)
if(novelo_type STREQUAL "STATIC_LIBRARY")
  set(novelo_archives $<TARGET_FILE:novelo>)
  if(TARGET novelo_email)
    list(APPEND novelo_archives $<TARGET_FILE:novelo_email>)
  endif()
  add_test(NAME symbols COMMAND "${PROJECT_SOURCE_DIR}/tests/tidy/symbols" ${novelo_archives})
  add_test(NAME symbols-self-test COMMAND "${PROJECT_SOURCE_DIR}/tests/tidy/symbols" --self-test)
endif()

# Every public header compiles alone: one small file each, which includes it twice.
option(NOVELO_HEADER_CHECK "Compile every public header alone" ON)
if(NOVELO_HEADER_CHECK)
  file(GLOB_RECURSE novelo_headers CONFIGURE_DEPENDS
       RELATIVE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/include/*.hpp")
  set(novelo_header_units)
  foreach(header IN LISTS novelo_headers)
    string(MAKE_C_IDENTIFIER "${header}" unit)
    set(unit "${PROJECT_BINARY_DIR}/header_check/${unit}.cpp")
    file(CONFIGURE OUTPUT "${unit}" CONTENT "#include \"@header@\"\n#include \"@header@\"\n" @ONLY)
    list(APPEND novelo_header_units "${unit}")
  endforeach()
  add_library(header_check OBJECT ${novelo_header_units})
  set_target_properties(header_check PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(header_check PRIVATE -O0 -g0)
  target_link_libraries(header_check PRIVATE novelo::novelo)
  novelo_strict(header_check)
endif()

if(TARGET novelo::c)
  include(novelo-abi-tests)
endif()
