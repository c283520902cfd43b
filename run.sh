#!/usr/bin/env bash
# From a fresh clone to the first recommendations: installs what the program needs and is missing,
# builds the demo, runs it with the arguments given here, and goes on building the rest of the
# program while you read.
#
#   ./run.sh              the built-in movie world: nothing else needed
#   ./run.sh --help       what the demo can do
#
# What the demo prints goes to stdout, all else to stderr. Ctrl-C stops it at any moment; the next
# ./run.sh goes on from there.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

. tools/setup.sh
. tools/build.sh
trap 'echo "Stopped; ./run.sh goes on from here." >&2; exit 130' INT
ensure_packages program
# Where nobody could build the tests they are left out, until ./test.sh asks for them.
if [ -n "$(missing_packages tests)" ]; then
  configure_options=(-DKINDRED_TESTS=OFF -DKINDRED_BENCHMARKS=OFF)
fi
# The same code as `kindred demo`, linked from the same objects: a third of the program.
configure_and_build release kindred_demo >&2

build/release/bin/kindred-demo demo "$@"

program=build/release/bin/kindred
echo >&2
if [ ! -x "$program" ]; then
  echo "That was the demo. The other verbs are being built now, which takes longer than the demo did." >&2
fi
build_more release kindred_cli >&2
echo "The program is $program; '$program --help' shows its verbs." >&2
