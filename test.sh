#!/usr/bin/env bash
# Runs the tests: everything in release mode, then unit, oracle and fault tests under
# AddressSanitizer and UndefinedBehaviorSanitizer, then what runs on several threads under
# ThreadSanitizer, then the format check.
#
#   ./test.sh             all of that; minutes
#   ./test.sh --quality   every figure of docs/guide/quality.md again, against tests/golden; hours
#
# KINDRED_DATA names the folder of the data sets (default ../shared/data); tests that need
# them are skipped where it is absent, or fail there with KINDRED_REQUIRE_DATA=1.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

. tools/setup.sh
. tools/build.sh
ensure_packages program tests
mkdir -p build

if [ "${1:-}" = "--quality" ]; then
  shift
  configure_and_build release
  exec python3 -B tools/quality.py --build build/release "$@"
elif [ $# -gt 0 ]; then
  sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi

# run_tests PRESET [OPTION...]: streams ctest's lines and keeps them for the summary.
run_tests() {
  local preset="$1"
  shift
  ctest --preset "$preset" -j "$(nproc)" "$@" 2>&1 | tee "build/$preset.tests.log" ||
    failures+=" $preset-tests"
}

# ctest's own last lines, and each reason for a skipped test with how often it was given.
summarise() {
  echo
  echo "== $1"
  sed -n '/tests passed,/,$p' "build/$1.tests.log"
  awk '/: Skipped$/ { getline; reasons[$0]++ }
       END { for (reason in reasons) print "skipped " reasons[reason] ": " reason }' \
    "build/$1/Testing/Temporary/LastTest.log" | sort
}

# LeakSanitizer needs ptrace, which some containers forbid.
leaks=1
failures=""

configure_and_build release
run_tests release

configure_and_build asan kindred_checks
if build/asan/bin/kindred --version 2>&1 | grep -q "LeakSanitizer does not work"; then
  echo "note: no leak detection: this machine forbids ptrace"
  leaks=0
fi
export ASAN_OPTIONS="detect_leaks=$leaks:allocator_may_return_null=0:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
run_tests asan

# The whole tree under ThreadSanitizer (ctest --preset tsan) takes minutes more.
configure_and_build tsan base_test factorization_test search_test training_fault_test
run_tests tsan -R '^(ThreadPool|Ials|ExactIndex|Determinism|TrainingFaults)\.|SameBytesForAnyThreadCount'

echo "Checking the format ..."
tools/check_format.sh || failures+=" format"

summarise release
summarise asan
summarise tsan
echo
if [ -n "$failures" ]; then
  echo "FAILED:$failures ($SECONDS s)"
  exit 1
fi
echo "All tests passed ($SECONDS s)."
