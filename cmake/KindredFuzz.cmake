# kindred_fuzz(json SOURCES json_fuzz.cc LIBRARIES kindred_base)
#
# A fuzz target is a .cc file with LLVMFuzzerTestOneInput; its corpus, the inputs worth
# keeping, lies in corpus/NAME beside it. What it makes depends on the build:
#
#   any           NAME_replay, with a plain main, and a ctest (label fault) that gives it every
#                 file of the corpus and a few thousand small changes of each
#   KINDRED_FUZZ  NAME_fuzz, driven by libFuzzer (needs clang):
#                   build/fuzz/tests/fuzz/json_fuzz tests/fuzz/corpus/json -max_total_time=600
function(kindred_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  set(corpus "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}")

  if(NOT TARGET kindred_replay_main)
    add_library(kindred_replay_main OBJECT "${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc")
    kindred_fuzz_target(kindred_replay_main)
  endif()
  add_executable(${name}_replay ${ARG_SOURCES} $<TARGET_OBJECTS:kindred_replay_main>)
  kindred_fuzz_target(${name}_replay ${ARG_LIBRARIES})
  add_dependencies(kindred_checks ${name}_replay)
  add_test(NAME fuzz.${name} COMMAND ${name}_replay "${corpus}")
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fault TIMEOUT 300)

  if(KINDRED_FUZZ)
    add_executable(${name}_fuzz ${ARG_SOURCES})
    kindred_fuzz_target(${name}_fuzz ${ARG_LIBRARIES})
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()

function(kindred_fuzz_target name)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE kindred_flags ${ARGN})
endfunction()
