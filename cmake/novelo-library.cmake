# The library and its components. Sources are found, so that a new file needs no edit here:
#   novelo          src/**/*.cpp but the components     (alias novelo::novelo)
#   novelo_email    src/adapters/{email,mime}*.cpp      (alias novelo::email)
#   novelo_testing  src/testing/**/*.cpp                (alias novelo::testing)
file(GLOB_RECURSE novelo_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")
set(novelo_email_sources ${novelo_sources})
set(novelo_testing_sources ${novelo_sources})
list(FILTER novelo_email_sources INCLUDE REGEX "/src/adapters/(email|mime)[^/]*\\.cpp$")
list(FILTER novelo_testing_sources INCLUDE REGEX "/src/testing/")
list(FILTER novelo_sources EXCLUDE REGEX "/src/adapters/(email|mime)[^/]*\\.cpp$|/src/testing/")

# Our own builds are strict; a vendor's compiler and flags are the vendor's.
function(novelo_strict target)
  if(NOVELO_DEVELOPER)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Werror)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
      # GCC bug 105651: -Wrestrict sees overlaps in std::string's operator+ that cannot be.
      target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized)
    endif()
  endif()
endfunction()

# Before 1.0 every minor version may break what was built against another.
set(novelo_compatible ${PROJECT_VERSION_MAJOR})
if(PROJECT_VERSION_MAJOR EQUAL 0)
  string(APPEND novelo_compatible ".${PROJECT_VERSION_MINOR}")
endif()

set(novelo_components)

# novelo_component(<name> <sources>...): a library `novelo::<name>`, exported under that name.
function(novelo_component name)
  set(target novelo_${name})
  if(name STREQUAL "novelo")
    set(target novelo)
  endif()
  add_library(${target} ${ARGN})
  add_library(novelo::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
    VERSION ${PROJECT_VERSION} SOVERSION ${novelo_compatible})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE "${PROJECT_SOURCE_DIR}/src")
  novelo_strict(${target})
  if(NOVELO_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage -fprofile-update=atomic -O0)
    target_link_options(${target} PUBLIC $<BUILD_INTERFACE:--coverage>)
  endif()
  # Private: only users of json.hpp need it, and find it themselves.
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json> fmt::fmt)
  set(novelo_components ${novelo_components} ${target} PARENT_SCOPE)
endfunction()

novelo_component(novelo ${novelo_sources})
target_include_directories(novelo SYSTEM PRIVATE ${RAPIDJSON_INCLUDE_DIRS})
target_link_libraries(novelo
  PUBLIC tl::expected
  PRIVATE SQLite::SQLite3 OpenSSL::Crypto date::date-tz PkgConfig::utf8proc Threads::Threads)

if(NOVELO_EMAIL AND novelo_email_sources)
  novelo_component(email ${novelo_email_sources})
  target_link_libraries(novelo_email PUBLIC novelo PRIVATE PkgConfig::gmime)
  target_compile_definitions(novelo_email INTERFACE NOVELO_HAS_EMAIL=1)
endif()

if(NOVELO_TESTING AND novelo_testing_sources)
  novelo_component(testing ${novelo_testing_sources})
  target_link_libraries(novelo_testing PUBLIC novelo)
  if(TARGET novelo_email)
    target_link_libraries(novelo_testing PUBLIC novelo_email)
  endif()
endif()
