# find_package(novelo [COMPONENTS email testing]) and pkg-config novelo.
set(novelo_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/novelo")

install(TARGETS ${novelo_components} EXPORT novelo-targets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/novelo" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT novelo-targets NAMESPACE novelo:: DESTINATION "${novelo_package_dir}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/novelo-config.cmake.in"
  "${PROJECT_BINARY_DIR}/novelo-config.cmake" INSTALL_DESTINATION "${novelo_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/novelo-config-version.cmake"
  COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/novelo-config.cmake"
  "${PROJECT_BINARY_DIR}/novelo-config-version.cmake" DESTINATION "${novelo_package_dir}")

# The .pc finds its prefix from its own place, so that an installed tree can be moved.
file(RELATIVE_PATH novelo_pc_prefix
  "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
string(REGEX REPLACE "/$" "" novelo_pc_prefix "${novelo_pc_prefix}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/novelo.pc.in" "${PROJECT_BINARY_DIR}/novelo.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/novelo.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
