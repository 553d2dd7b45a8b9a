# find_package(novelo [COMPONENTS c email testing]) and pkg-config novelo, novelo-c, novelo-email.
set(novelo_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/novelo")

# What the library links privately its users link too when it is static, and need not know when it
# is shared.
get_target_property(novelo_type novelo TYPE)
set(novelo_static OFF)
if(novelo_type STREQUAL "STATIC_LIBRARY")
  set(novelo_static ON)
endif()
# A shared novelo::c that holds a static novelo::novelo needs nothing at all.
set(novelo_c_alone OFF)
if(TARGET novelo_c AND NOVELO_C_SHARED AND novelo_static)
  set(novelo_c_alone ON)
endif()

install(TARGETS ${novelo_components} EXPORT novelo-targets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/novelo" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT novelo-targets NAMESPACE novelo:: DESTINATION "${novelo_package_dir}")
if(TARGET novelo_c)
  install(TARGETS novelo_c EXPORT novelo-c-targets
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  install(FILES "${PROJECT_SOURCE_DIR}/bindings/c/include/novelo.h"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT novelo-c-targets NAMESPACE novelo:: DESTINATION "${novelo_package_dir}")
endif()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/novelo-config.cmake.in"
  "${PROJECT_BINARY_DIR}/novelo-config.cmake" INSTALL_DESTINATION "${novelo_package_dir}")
# As the shared libraries' names: novelo-library.cmake.
set(novelo_compatibility SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(novelo_compatibility SameMinorVersion)
endif()
write_basic_package_version_file("${PROJECT_BINARY_DIR}/novelo-config-version.cmake"
  COMPATIBILITY ${novelo_compatibility})
install(FILES "${PROJECT_BINARY_DIR}/novelo-config.cmake"
  "${PROJECT_BINARY_DIR}/novelo-config-version.cmake" DESTINATION "${novelo_package_dir}")

# Each .pc finds its prefix from its own place, so that an installed tree can be moved.
file(RELATIVE_PATH novelo_pc_prefix
  "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
string(REGEX REPLACE "/$" "" novelo_pc_prefix "${novelo_pc_prefix}")

# novelo_pc(<name> DESCRIPTION <text> LIBS <flags> [CFLAGS <flags>] [REQUIRES <modules>]
#           [PRIVATE_REQUIRES <modules>] [PRIVATE_LIBS <flags>]): a .pc file. What is private to a
# shared library is everybody's with a static one.
function(novelo_pc name)
  cmake_parse_arguments(PARSE_ARGV 1 pc "STATIC"
    "DESCRIPTION;LIBS;CFLAGS;REQUIRES;PRIVATE_REQUIRES;PRIVATE_LIBS" "")
  if(pc_STATIC)
    string(APPEND pc_REQUIRES " ${pc_PRIVATE_REQUIRES}")
    string(APPEND pc_LIBS " ${pc_PRIVATE_LIBS}")
    set(pc_PRIVATE_REQUIRES)
    set(pc_PRIVATE_LIBS)
  endif()
  foreach(list IN ITEMS REQUIRES PRIVATE_REQUIRES LIBS PRIVATE_LIBS CFLAGS)
    string(STRIP "${pc_${list}}" pc_${list})
  endforeach()
  configure_file("${PROJECT_SOURCE_DIR}/cmake/novelo.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

set(novelo_pc_static)
if(novelo_static)
  set(novelo_pc_static STATIC)
endif()
# C++'s own libraries are for programs that a linker of C makes.
novelo_pc(novelo ${novelo_pc_static} DESCRIPTION "${PROJECT_DESCRIPTION}" LIBS "-lnovelo"
  PRIVATE_REQUIRES "fmt sqlite3 libcrypto libutf8proc" PRIVATE_LIBS "-ldate-tz -pthread -lstdc++ -lm")
set(novelo_pc_all "novelo")
if(TARGET novelo_email)
  novelo_pc(novelo-email ${novelo_pc_static} DESCRIPTION "Novelo's e-mail adapter"
    LIBS "-lnovelo_email" CFLAGS "-DNOVELO_HAS_EMAIL=1" REQUIRES "novelo"
    PRIVATE_REQUIRES "gmime-3.0 fmt")
  set(novelo_pc_all "novelo-email")
endif()
if(TARGET novelo_c AND NOVELO_C_SHARED)
  novelo_pc(novelo-c DESCRIPTION "Novelo's C interface" LIBS "-lnovelo_c")
elseif(TARGET novelo_c)
  novelo_pc(novelo-c STATIC DESCRIPTION "Novelo's C interface" LIBS "-lnovelo_c"
    CFLAGS "-DNOVELO_C_STATIC" PRIVATE_REQUIRES "${novelo_pc_all} fmt")
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
