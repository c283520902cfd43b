#!/usr/bin/env bash
# From a fresh clone to the first recommendations: installs what the program needs and is missing,
# builds it, and runs `kindred demo` with the arguments given here.
#
#   ./run.sh              the built-in movie world: nothing else needed
#   ./run.sh --help       what the demo can do

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

. tools/setup.sh
. tools/build.sh
ensure_packages program
# Where nobody could build the tests they are left out, until ./test.sh asks for them.
if [ -n "$(missing_packages tests)" ]; then
  configure_options=(-DKINDRED_TESTS=OFF -DKINDRED_BENCHMARKS=OFF)
fi
configure_and_build release kindred_cli

exec build/release/bin/kindred demo "$@"
