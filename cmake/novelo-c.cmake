# bindings/c -> novelo_c (alias novelo::c): the stable C interface. A shared library by default, which
# holds the engine and shows the functions of bindings/c/symbols.txt and nothing else, so that a
# program which links it needs one header and one file. NOVELO_C_SHARED=OFF makes it a static one,
# for whoever links everything into one program.
option(NOVELO_C "Build novelo::c, the C interface" ON)
option(NOVELO_C_SHARED "Build novelo::c as a shared library" ON)
if(NOT NOVELO_C)
  return()
endif()

# Counts what breaks a compiled program, as NOVELO_ABI_VERSION does; the library's own version goes
# its own way.
set(novelo_c_abi 1)

file(GLOB novelo_c_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bindings/c/src/*.cpp")
set(novelo_c_type STATIC)
if(NOVELO_C_SHARED)
  set(novelo_c_type SHARED)
endif()

# The objects once: tests look behind the handles with them.
add_library(novelo_c_objects OBJECT ${novelo_c_sources})
set_target_properties(novelo_c_objects PROPERTIES
  CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
target_include_directories(novelo_c_objects
  PUBLIC "${PROJECT_SOURCE_DIR}/bindings/c/include"
  PRIVATE "${PROJECT_SOURCE_DIR}/bindings/c/src")
target_compile_definitions(novelo_c_objects PRIVATE NOVELO_C_BUILDING
                                                    NOVELO_VERSION="${PROJECT_VERSION}")
target_link_libraries(novelo_c_objects PRIVATE novelo::novelo fmt::fmt
                                               nlohmann_json::nlohmann_json)
if(TARGET novelo::email)
  target_link_libraries(novelo_c_objects PRIVATE novelo::email)
endif()
novelo_strict(novelo_c_objects)

add_library(novelo_c ${novelo_c_type} $<TARGET_OBJECTS:novelo_c_objects>)
add_library(novelo::c ALIAS novelo_c)
set_target_properties(novelo_c PROPERTIES
  EXPORT_NAME c LINKER_LANGUAGE CXX VERSION ${novelo_c_abi}.${PROJECT_VERSION} SOVERSION ${novelo_c_abi})
target_include_directories(novelo_c PUBLIC
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/bindings/c/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
if(TARGET novelo::email)
  target_link_libraries(novelo_c PRIVATE novelo::email)
endif()
target_link_libraries(novelo_c PRIVATE novelo::novelo)
if(NOT NOVELO_C_SHARED)
  target_compile_definitions(novelo_c PUBLIC NOVELO_C_STATIC)
  target_link_libraries(novelo_c PRIVATE fmt::fmt)
endif()

# Exactly these leave the library.
if(NOVELO_C_SHARED AND UNIX AND NOT APPLE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               "${PROJECT_SOURCE_DIR}/bindings/c/symbols.txt")
  file(STRINGS "${PROJECT_SOURCE_DIR}/bindings/c/symbols.txt" novelo_c_symbols)
  list(JOIN novelo_c_symbols "; " novelo_c_symbols)
  set(novelo_c_map "${PROJECT_BINARY_DIR}/novelo_c.map")
  file(CONFIGURE OUTPUT "${novelo_c_map}" @ONLY
       CONTENT "NOVELO_@novelo_c_abi@ { global: @novelo_c_symbols@; local: *; };\n")
  target_link_options(novelo_c PRIVATE "LINKER:--version-script=${novelo_c_map}" "LINKER:-z,defs")
  set_target_properties(novelo_c PROPERTIES LINK_DEPENDS "${novelo_c_map}")
endif()
