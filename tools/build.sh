# Configures and builds a preset with little noise. Sourced by run.sh and test.sh.
#
# Everything the compiler says goes to build/PRESET.log and is shown when it fails.

export NINJA_STATUS='  [%f of %t] '

# One job a core, but no more than memory allows at 1.5 GB a compiler.
build_jobs() {
  local cores by_memory
  cores="$(nproc)"
  by_memory="$(awk '/MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)"
  [ "${by_memory:-0}" -ge 1 ] || by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

# Shows ninja's progress: on a terminal one line that changes, elsewhere a line every 20 s.
show_progress() {
  local line next=$((SECONDS + 20))
  while IFS= read -r line; do
    [[ "$line" =~ ^\ *\[([1-9][0-9]*\ of\ [0-9]+)\] ]] || continue
    if [ -t 1 ]; then
      printf '\r  %s\033[K' "${BASH_REMATCH[1]}"
    elif [ $SECONDS -ge $next ]; then
      echo "  ${BASH_REMATCH[1]}"
      next=$((SECONDS + 20))
    fi
  done
  [ ! -t 1 ] || printf '\r\033[K'
}

show_log_and_fail() {
  grep -v '^ *\[[0-9]* of [0-9]*\]' "$1" | tail -n 60 >&2
  echo "error: $2 (all output: $1)" >&2
  exit 1
}

# build_more PRESET [TARGET...], in a folder that is configured; adds to its log.
build_more() {
  local preset="$1" log="build/$1.log" targets=() started=$SECONDS
  shift
  [ $# -eq 0 ] || targets=(--target "$@")
  cmake --build --preset "$preset" -j "$(build_jobs)" ${targets[@]+"${targets[@]}"} 2>&1 |
    tee -a "$log" | show_progress ||
    show_log_and_fail "$log" "building $preset failed"
  echo "Built ($preset) in $((SECONDS - started)) s."
}

# configure_and_build PRESET [TARGET...], with the options in the array configure_options.
configure_and_build() {
  local preset="$1" log="build/$1.log" fresh=""
  mkdir -p build
  # A build folder that was made at another place knows the wrong paths.
  if [ -f "build/$preset/CMakeCache.txt" ] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "build/$preset/CMakeCache.txt"; then
    fresh="--fresh"
  fi
  echo "Building ($preset) ..."
  cmake --preset "$preset" $fresh ${configure_options[@]+"${configure_options[@]}"} > "$log" 2>&1 || show_log_and_fail "$log" "configuring $preset failed"
  build_more "$@"
}
