# npm ci, unless web/node_modules holds already what the lock file names: Ninja runs every command
# once in each new build folder, and npm ci takes away first what another one may be using.
#
#   cmake -DWEB=FOLDER -DNPM=PROGRAM -DSTAMP=FILE -P KindredWebPackages.cmake

file(SHA256 "${WEB}/package.json" wanted)
file(SHA256 "${WEB}/package-lock.json" locked)
string(APPEND wanted " ${locked}")
set(installed "")
if(EXISTS "${STAMP}")
  file(READ "${STAMP}" installed)
endif()
if(NOT installed STREQUAL wanted)
  execute_process(
    COMMAND "${NPM}" ci --ignore-scripts --no-audit --no-fund --loglevel=error
    WORKING_DIRECTORY "${WEB}"
    COMMAND_ERROR_IS_FATAL ANY)
endif()
file(WRITE "${STAMP}" "${wanted}")  # Lies in node_modules, which npm ci makes anew; newer than its sources.
