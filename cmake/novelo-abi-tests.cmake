# The tests of the C interface. tests/abi/*_test.c are programs of their own, each compiled as C and
# as C++, against the library as it is shipped. tests/abi/*_test.cpp look behind the handles.
enable_language(C)
find_package(Threads REQUIRED)

function(novelo_strict_c target)
  set_target_properties(${target} PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF CXX_EXTENSIONS OFF
                                             LINKER_LANGUAGE CXX)
  target_compile_features(${target} PRIVATE cxx_std_20)
  if(NOVELO_DEVELOPER)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Werror)
  endif()
endfunction()

# The header alone: C99 to the letter.
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/abi/header.c" @ONLY
     CONTENT "#include <novelo.h>\n#include <novelo.h>\nint novelo_header_alone(void);\n")
add_library(novelo_abi_header OBJECT "${PROJECT_BINARY_DIR}/abi/header.c")
set_target_properties(novelo_abi_header PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)
target_compile_options(novelo_abi_header PRIVATE -Wall -Wextra -pedantic-errors)
target_link_libraries(novelo_abi_header PRIVATE novelo::c)

file(GLOB novelo_abi_tests CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/tests/abi"
     "${PROJECT_SOURCE_DIR}/tests/abi/*_test.c")
foreach(file IN LISTS novelo_abi_tests)
  string(REGEX REPLACE "_test\\.c$" "" name "${file}")
  set(source "${PROJECT_SOURCE_DIR}/tests/abi/${file}")
  set(as_cxx "${PROJECT_BINARY_DIR}/abi/${name}_test.cpp")
  file(CONFIGURE OUTPUT "${as_cxx}" CONTENT "#include \"@source@\"\n" @ONLY)
  foreach(language IN ITEMS c cxx)
    set(target novelo_abi_${name}_${language})
    if(language STREQUAL "c")
      add_executable(${target} "${source}")
    else()
      add_executable(${target} "${as_cxx}")
    endif()
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests/abi")
    target_link_libraries(${target} PRIVATE novelo::c Threads::Threads)
    novelo_strict_c(${target})
    add_test(NAME abi/${name}-${language} COMMAND ${target})
    set_tests_properties(abi/${name}-${language} PROPERTIES TIMEOUT 300)
  endforeach()
endforeach()

# What is in a shared library is hidden; these tests have the objects instead.
if(TARGET novelo::testing)
  file(GLOB novelo_abi_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/abi/*_test.cpp")
  add_executable(novelo_abi_tests "${PROJECT_SOURCE_DIR}/tests/main.cpp" ${novelo_abi_sources}
    "${PROJECT_SOURCE_DIR}/tests/abi/c_seat.cpp" "${PROJECT_SOURCE_DIR}/tests/abi/seat.c"
    "${PROJECT_SOURCE_DIR}/tests/abi/recorded.c"
    $<TARGET_OBJECTS:novelo_c_objects>)
  target_include_directories(novelo_abi_tests PRIVATE
    "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests"
    "${PROJECT_SOURCE_DIR}/bindings/c/include" "${PROJECT_SOURCE_DIR}/bindings/c/src")
  target_compile_definitions(novelo_abi_tests PRIVATE NOVELO_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                      NOVELO_C_STATIC)
  target_link_libraries(novelo_abi_tests PRIVATE novelo::testing novelo::novelo doctest::doctest
    fmt::fmt nlohmann_json::nlohmann_json Threads::Threads)
  novelo_strict_c(novelo_abi_tests)
  target_compile_options(novelo_abi_tests PRIVATE -O0)
  foreach(source IN LISTS novelo_abi_sources)
    cmake_path(GET source FILENAME file)
    string(REGEX REPLACE "_test\\.cpp$" "" name "${file}")
    add_test(NAME abi/${name} COMMAND novelo_abi_tests "--source-file=*/tests/abi/${file}"
             WORKING_DIRECTORY "${PROJECT_BINARY_DIR}")
    set_tests_properties(abi/${name} PROPERTIES TIMEOUT 900)
  endforeach()
endif()

if(NOVELO_C_SHARED AND UNIX AND NOT APPLE)
  add_test(NAME abi/symbols COMMAND "${PROJECT_SOURCE_DIR}/tests/abi/symbols"
                                    $<TARGET_FILE:novelo_c>)
endif()
# The rule that the library keeps holds for what is built around it too.
add_test(NAME abi/no-clock COMMAND "${PROJECT_SOURCE_DIR}/tests/tidy/symbols"
                                   $<TARGET_OBJECTS:novelo_c_objects> COMMAND_EXPAND_LISTS)

if(TARGET novelo_hello_c)
  add_test(NAME hello-c COMMAND "${PROJECT_SOURCE_DIR}/tests/package/prints"
                                $<TARGET_FILE:novelo_hello_c>)
endif()

# What is installed, used by strangers.
if(NOVELO_INSTALL AND TARGET novelo_hello AND TARGET novelo_hello_c)
  get_target_property(novelo_c_kind novelo_c TYPE)
  string(REPLACE "_LIBRARY" "" novelo_c_kind "${novelo_c_kind}")
  add_test(NAME package COMMAND "${PROJECT_SOURCE_DIR}/tests/package/check"
    "${PROJECT_BINARY_DIR}" $<TARGET_FILE:novelo_hello> $<TARGET_FILE:novelo_hello_c>)
  set_tests_properties(package PROPERTIES TIMEOUT 900 ENVIRONMENT
    "CMAKE=${CMAKE_COMMAND};CC=${CMAKE_C_COMPILER};CXX=${CMAKE_CXX_COMPILER};C_TYPE=${novelo_c_kind};BUILD_TYPE=${CMAKE_BUILD_TYPE};CFLAGS=${CMAKE_C_FLAGS};CXXFLAGS=${CMAKE_CXX_FLAGS}")
endif()
