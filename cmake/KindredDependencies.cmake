# Every third-party package, found in one place and given a target name.
# KindredConfig.cmake includes this file too, so an installed Kindred finds the same ones.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)

# A target for a library that ships neither a CMake package nor a reliable pkg-config file.
function(kindred_find_library target header library)
  if(TARGET ${target})
    return()
  endif()
  string(MAKE_C_IDENTIFIER "${target}" id)
  find_path(${id}_INCLUDE ${header} REQUIRED)
  find_library(${id}_LIBRARY ${library} REQUIRED)
  mark_as_advanced(${id}_INCLUDE ${id}_LIBRARY)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} INTERFACE "${${id}_INCLUDE}")
  target_link_libraries(${target} INTERFACE "${${id}_LIBRARY}")
endfunction()

# OpenBLAS itself, never the generic `blas`: the generic name may resolve to the
# reference BLAS, which is twenty times slower.
find_path(KINDRED_OPENBLAS_INCLUDE cblas.h
  PATH_SUFFIXES openblas-pthread openblas
  PATHS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE} REQUIRED)
find_library(KINDRED_OPENBLAS_LIBRARY openblas
  PATH_SUFFIXES openblas-pthread REQUIRED)
if(NOT TARGET Kindred::openblas)
  add_library(Kindred::openblas INTERFACE IMPORTED GLOBAL)
  target_include_directories(Kindred::openblas INTERFACE "${KINDRED_OPENBLAS_INCLUDE}")
  target_link_libraries(Kindred::openblas INTERFACE "${KINDRED_OPENBLAS_LIBRARY}")
endif()

# Headers alone; found here so that a machine without them hears of it when it configures.
find_path(KINDRED_BOOST_INCLUDE boost/beast/http.hpp REQUIRED)
mark_as_advanced(KINDRED_BOOST_INCLUDE)

kindred_find_library(Kindred::zstd zstd.h zstd)
kindred_find_library(Kindred::xxhash xxhash.h xxhash)
kindred_find_library(Kindred::highway hwy/highway.h hwy)
kindred_find_library(Kindred::zip zip.h zip)
kindred_find_library(Kindred::tomlplusplus toml++/toml.h m)
kindred_find_library(Kindred::sqlite sqlite3.h sqlite3)
