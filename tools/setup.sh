# ensure_packages SECTION... installs what is missing, and nothing else. Sourced by run.sh and
# test.sh, which run from the root of the tree with `set -euo pipefail`.
#
# Reads those sections of tools/packages.txt: program, tests. Needs neither root nor a network
# when nothing is missing.

# Is one of the alternatives there? A name without "/" is a command, else a file pattern.
need_is_met() {
  local candidate
  for candidate in $1; do
    case "$candidate" in
      */*) compgen -G "$candidate" > /dev/null && return 0 ;;
      *) command -v "$candidate" > /dev/null && return 0 ;;
    esac
  done
  return 1
}

# missing_packages SECTION...: prints the packages of the needs that are not met, one a line.
missing_packages() {
  local check package wanted=""
  set -f  # The patterns are for compgen, not for the shell.
  while IFS='|' read -r check package; do
    case "$check" in
      '' | '#'*) continue ;;
      '['*']')
        wanted=""
        case " $* " in *" ${check//[][]/} "*) wanted=1 ;; esac
        continue
        ;;
    esac
    [ -z "$wanted" ] || need_is_met "$check" || echo $package
  done < tools/packages.txt
  set +f
}

# Runs apt-get as root, without questions; its output goes to the end of $1.
apt_quietly() {
  local log="$1"
  shift
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >> "$log" 2>&1 < /dev/null
}

install_packages() {
  local packages="$*" log package refused=""
  log="$(mktemp "${TMPDIR:-/tmp}/kindred-setup.XXXXXX")"
  echo "Installing: $packages" >&2
  if ! apt_quietly "$log" update --error-on=any; then
    echo "warning: apt-get update failed; going on with the package lists that are here (see $log)" >&2
  fi
  if ! apt_quietly "$log" install -y --no-install-recommends $packages; then
    # One bad package makes apt-get refuse all of them: find out which.
    for package in $packages; do
      apt_quietly "$log" install -y --no-install-recommends "$package" || refused+=" $package"
    done
  fi
  if [ -n "$refused" ]; then
    grep '^[EW]:' "$log" | sort -u | tail -n 8 >&2 || true
    echo "error: apt-get cannot install$refused (the whole story is in $log)" >&2
    return 1
  fi
  rm -f "$log"
}

# Returns 1, having said why, where something is missing and cannot be installed.
ensure_packages() {
  local missing as_root=""
  missing="$(missing_packages "$@" | sort -u | tr '\n' ' ')"
  missing="${missing% }"
  [ -n "$missing" ] || return 0
  if ! command -v apt-get > /dev/null; then
    echo "error: missing: $missing. There is no apt-get here; install their equivalents and try again." >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null || ! sudo -n true 2> /dev/null; then
      echo "error: missing packages, and neither root nor passwordless sudo to install them. As root, run:" >&2
      echo "         apt-get install --no-install-recommends $missing" >&2
      return 1
    fi
    as_root="sudo -n"
  fi
  install_packages $missing || return 1
  missing="$(missing_packages "$@" | sort -u | tr '\n' ' ')"
  if [ -n "$missing" ]; then
    echo "error: installed, but still not found: ${missing% } (tools/packages.txt says what is looked for)" >&2
    return 1
  fi
}
