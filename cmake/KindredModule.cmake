# kindred_module(data DEPENDS linalg storage LIBRARIES ZLIB::ZLIB)
#
# One static library from the folder's *.cc files, and one test program from its
# *_test.cc files. A folder without *.cc files is a library of headers. DEPENDS names the lower modules; LIBRARIES what only the .cc
# files use. CORE names sources that are compiled as kindred_NAME_core, an object library within
# the static one, for a program that needs no more of the module than those.
function(kindred_module name)
  cmake_parse_arguments(ARG "" "" "CORE;DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  list(TRANSFORM ARG_DEPENDS PREPEND kindred_)
  if(ARG_CORE)
    list(TRANSFORM ARG_CORE PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
    list(REMOVE_ITEM sources ${ARG_CORE})
    add_library(kindred_${name}_core OBJECT ${ARG_CORE})
    target_link_libraries(kindred_${name}_core PRIVATE kindred_interface kindred_flags ${ARG_LIBRARIES})
    kindred_unity(kindred_${name}_core)
    list(APPEND sources $<TARGET_OBJECTS:kindred_${name}_core>)
  endif()
  if(sources)
    add_library(kindred_${name} STATIC ${sources})
    target_link_libraries(kindred_${name}
      PUBLIC kindred_interface ${ARG_DEPENDS}
      PRIVATE $<BUILD_INTERFACE:kindred_flags> ${ARG_LIBRARIES})
    kindred_unity(kindred_${name})
  else()
    add_library(kindred_${name} INTERFACE)
    target_link_libraries(kindred_${name} INTERFACE kindred_interface ${ARG_DEPENDS})
  endif()
  add_library(Kindred::${name} ALIAS kindred_${name})
  set_target_properties(kindred_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY KINDRED_MODULES kindred_${name})

  if(KINDRED_TESTS AND tests)
    kindred_test(${name}_test LABEL unit SOURCES ${tests} LIBRARIES kindred_${name} ${ARG_LIBRARIES})
  endif()
endfunction()

# Where CMAKE_UNITY_BUILD is on (the presets release, asan and tsan), the compiler is given the
# files of a target by the dozen: reading the standard library's headers is half of the work, and
# is done once for all of them. Names in anonymous namespaces must differ within a module then,
# and differ from those of its headers. Files apart: SKIP_UNITY_BUILD_INCLUSION.
function(kindred_unity target)
  if(KINDRED_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
    # To GCC a file that is included is a header, whose types might be seen elsewhere too.
    target_compile_options(${target} PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

# kindred_test(linalg_test LABEL unit SOURCES a_test.cc LIBRARIES kindred_linalg)
#
# A GoogleTest program whose tests ctest runs one by one. It may include everything from
# the repository root, e.g. "tests/support/data_path.h", and is told
#   KINDRED_SOURCE_DIR  the root of the source tree
#   KINDRED_BINARY      the built program, for tests that drive it
# A test that calls GTEST_SKIP shows as skipped in ctest.
function(kindred_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${name} PRIVATE
    KINDRED_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    KINDRED_BINARY="${PROJECT_BINARY_DIR}/bin/kindred")
  target_link_libraries(${name} PRIVATE
    kindred_flags ${ARG_LIBRARIES} GTest::gtest GTest::gtest_main GTest::gmock)
  kindred_unity(${name})
  target_compile_options(${name} PRIVATE $<$<BOOL:${KINDRED_UNITY}>:-Wno-shadow>)
  gtest_discover_tests(${name}
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
  if(ARG_LABEL MATCHES "unit|oracle|fault")
    add_dependencies(kindred_checks ${name})
  endif()
  if(ARG_LABEL MATCHES "e2e|golden")
    # Those that drive the program need it built when they alone are asked for.
    add_dependencies(${name} kindred_cli)
  endif()
endfunction()
