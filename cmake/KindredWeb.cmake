# The page: web/ bundled by esbuild at build time, as one generated source file.
#
#   kindred_web_source(VARIABLE)   sets VARIABLE to that file, or to the empty table that
#                                  stands in for it where node or npm is missing
#
# `npm ci` fetches exactly what web/package-lock.json names, into web/node_modules, once for
# all build folders and again only when the lock file changes; later builds need no network.

option(KINDRED_WEB "Bundle the page into the program (needs node and npm)" ON)

find_program(KINDRED_NODE node nodejs)
find_program(KINDRED_NPM npm)
mark_as_advanced(KINDRED_NODE KINDRED_NPM)

function(kindred_web_source variable)
  set(web "${PROJECT_SOURCE_DIR}/web")
  if(NOT KINDRED_WEB OR NOT KINDRED_NODE OR NOT KINDRED_NPM)
    message(STATUS "kindred view will have no page: KINDRED_WEB is off, or node or npm is missing")
    set(${variable} "${PROJECT_SOURCE_DIR}/web/no_page.cc" PARENT_SCOPE)
    return()
  endif()
  set(installed "${web}/node_modules/.kindred-stamp")
  add_custom_command(
    OUTPUT "${installed}"
    COMMAND ${CMAKE_COMMAND} "-DWEB=${web}" "-DNPM=${KINDRED_NPM}" "-DSTAMP=${installed}"
            -P "${PROJECT_SOURCE_DIR}/cmake/KindredWebPackages.cmake"
    DEPENDS "${web}/package.json" "${web}/package-lock.json"
    COMMENT "Fetching what the page is made with (npm ci)"
    VERBATIM)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${web}/src/*")
  set(output "${PROJECT_BINARY_DIR}/web")
  add_custom_command(
    OUTPUT "${output}/assets.cc"
    BYPRODUCTS "${output}/app.js.gz" "${output}/app.css.gz" "${output}/index.html.gz"
    COMMAND ${KINDRED_NODE} build.mjs "${output}"
    DEPENDS "${installed}" "${web}/build.mjs" ${sources}
    WORKING_DIRECTORY "${web}"
    COMMENT "Bundling the page"
    VERBATIM)
  set(${variable} "${output}/assets.cc" PARENT_SCOPE)
endfunction()
