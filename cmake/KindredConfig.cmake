include("${CMAKE_CURRENT_LIST_DIR}/KindredDependencies.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/KindredTargets.cmake")
