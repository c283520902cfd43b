#!/usr/bin/env bash
# Fails when clang-format 14 would change a file; `--fix` lets it.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folders=()
for folder in kindred cli python tests benchmarks examples; do
  [ -d "$folder" ] && folders+=("$folder")
done
mapfile -d '' files < <(find "${folders[@]}" -name third_party -prune -o \
  \( -name '*.h' -o -name '*.cc' \) -print0)

if [ "${1:-}" = "--fix" ]; then
  clang-format-14 -i "${files[@]}"
elif ! clang-format-14 --dry-run --Werror "${files[@]}"; then
  echo "The format differs: tools/check_format.sh --fix puts it right." >&2
  exit 1
fi
