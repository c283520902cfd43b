# find_package(Kindred) brings the target Kindred::kindred: the whole library, with what it
# needs. Single modules are Kindred::data, Kindred::search and so on.
include("${CMAKE_CURRENT_LIST_DIR}/KindredDependencies.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/KindredTargets.cmake")
