# cmake --install, then configure, build and run the stranger's project. Nothing of the
# build tree may be needed: the stranger sees the prefix alone.

function(run)
  execute_process(COMMAND ${ARGN}
    OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_in_output text)
  string(FIND "${output}" "${text}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "'${text}' is missing in:\n${output}")
  endif()
endfunction()

set(prefix "${WORK}/prefix")
file(REMOVE_RECURSE "${WORK}")

run("${CMAKE_COMMAND}" --install "${KINDRED_BUILD}" --prefix "${prefix}")
run("${prefix}/bin/kindred" --version)
expect_in_output("kindred ${VERSION}")

run("${CMAKE_COMMAND}" -S "${STRANGER}" -B "${WORK}/build" -G Ninja
  "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
  -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/stranger")
expect_in_output("user 0 should watch item 3")

# The installed package knows its place by itself and names no path of the build.
file(GLOB_RECURSE package "${prefix}/*.cmake")
foreach(file ${package})
  file(READ "${file}" text)
  string(FIND "${text}" "${KINDRED_BUILD}/" place)
  string(FIND "${text}" "${prefix}" place_of_prefix)
  if(NOT place EQUAL -1 OR NOT place_of_prefix EQUAL -1)
    message(FATAL_ERROR "${file} names a path of the machine it was built on")
  endif()
endforeach()
