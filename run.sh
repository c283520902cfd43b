#!/usr/bin/env bash
# From a fresh clone to the first recommendations: installs what is missing, builds the
# program, and runs `kindred demo` with the arguments given here.
#
#   ./run.sh              the built-in movie world: nothing else needed
#   ./run.sh --help       what the demo can do

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

. tools/setup.sh
. tools/build.sh
ensure_packages
configure_and_build release kindred_cli

exec build/release/bin/kindred demo "$@"
