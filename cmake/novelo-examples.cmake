# The README's first program.
add_executable(novelo_hello "${PROJECT_SOURCE_DIR}/examples/hello/main.cpp")
set_target_properties(novelo_hello PROPERTIES CXX_EXTENSIONS OFF)
target_link_libraries(novelo_hello PRIVATE novelo::novelo)
novelo_strict(novelo_hello)

# The command line: examples/cli/*.cpp -> <build folder>/novelo.
file(GLOB novelo_cli_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/cli/*.cpp")
if(novelo_cli_sources)
  find_package(CLI11 2 REQUIRED)
  add_executable(novelo_cli ${novelo_cli_sources})
  set_target_properties(novelo_cli PROPERTIES
    OUTPUT_NAME novelo RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}" CXX_EXTENSIONS OFF)
  target_link_libraries(novelo_cli PRIVATE novelo::novelo CLI11::CLI11 fmt::fmt
                                           nlohmann_json::nlohmann_json)
  foreach(component IN ITEMS email testing)
    if(TARGET novelo::${component})
      target_link_libraries(novelo_cli PRIVATE novelo::${component})
    endif()
  endforeach()
  target_compile_definitions(novelo_cli PRIVATE NOVELO_VERSION="${PROJECT_VERSION}")
  novelo_strict(novelo_cli)
  # The operator's tool, a component of its own: cmake --install BUILD --component tools
  if(NOVELO_INSTALL)
    set_target_properties(novelo_cli PROPERTIES
      INSTALL_RPATH "$<$<PLATFORM_ID:Linux>:$ORIGIN/../${CMAKE_INSTALL_LIBDIR}>")
    install(TARGETS novelo_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT tools)
  endif()
endif()

# The simulator over many seeds -> <build folder>/novelo_sim.
if(TARGET novelo::testing)
  find_package(CLI11 2 REQUIRED)
  add_executable(novelo_sim "${PROJECT_SOURCE_DIR}/examples/sim/main.cpp")
  set_target_properties(novelo_sim PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}" CXX_EXTENSIONS OFF)
  target_link_libraries(novelo_sim PRIVATE novelo::novelo novelo::testing CLI11::CLI11 fmt::fmt
                                           nlohmann_json::nlohmann_json)
  if(TARGET novelo::email)
    target_link_libraries(novelo_sim PRIVATE novelo::email)
  endif()
  # A fifth of what it does is asking for memory.
  find_package(mimalloc 2 QUIET)
  if(TARGET mimalloc AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_link_libraries(novelo_sim PRIVATE mimalloc)
  endif()
  novelo_strict(novelo_sim)
endif()

# The same from C: a telephone system in small.
if(TARGET novelo::c)
  enable_language(C)
  add_executable(novelo_hello_c "${PROJECT_SOURCE_DIR}/examples/hello-c/main.c")
  set_target_properties(novelo_hello_c PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)
  target_link_libraries(novelo_hello_c PRIVATE novelo::c)
  if(NOVELO_DEVELOPER)
    target_compile_options(novelo_hello_c PRIVATE -Wall -Wextra -pedantic-errors -Werror)
  endif()
endif()
