#!/usr/bin/env bash
# Prints the packages that are missing here, and installs nothing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

. tools/setup.sh
missing="$(missing_packages program tests | sort -u | tr '\n' ' ')"
echo "${missing:+missing: }${missing:-Nothing is missing.}"
