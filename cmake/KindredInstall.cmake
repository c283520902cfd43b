# `cmake --install`: the program, the headers, the libraries, and a CMake package, so
# that find_package(Kindred) and Kindred::kindred work in a stranger's project.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY KINDRED_MODULES)
install(TARGETS kindred_interface kindred_library ${modules}
  EXPORT KindredTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS kindred_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/kindred" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*-inl.h" EXCLUDE)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(EXPORT KindredTargets NAMESPACE Kindred::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Kindred)

write_basic_package_version_file("${PROJECT_BINARY_DIR}/KindredConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_SOURCE_DIR}/cmake/KindredConfig.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/KindredDependencies.cmake"
  "${PROJECT_BINARY_DIR}/KindredConfigVersion.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Kindred)
