# Configures and builds one preset.
# shellcheck shell=bash
# shellcheck disable=SC2154
source "$root/scripts/dev/lib/packages.sh"

presets=(release debug asan tsan clang)

check_preset() {
  [[ " ${presets[*]} " == *" $1 "* ]] || usage_error "no preset '$1'; there are: ${presets[*]}"
}

# parse_build_options ARGUMENT...: takes --preset and --jobs into $preset and
# $jobs and leaves everything else in ${rest[@]}.
# shellcheck disable=SC2034  # the caller reads them
parse_build_options() {
  preset=release jobs=$(cores) rest=()
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --preset)
        preset=$(option_value "$@")
        shift
        ;;
      --jobs | -j)
        jobs=$(number_value "$@")
        shift
        ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
  check_preset "$preset"
}

# configure PRESET: runs CMake when it never ran or the presets have changed.
configure() {
  local stamp
  stamp="$(preset_dir "$1")/.configured"
  [[ -f $stamp && -f ${stamp%/*}/build.ninja && ! $root/CMakePresets.json -nt $stamp ]] && return 0
  say "configuring $1"
  (cd "$root" && cmake --preset "$1" -D QUORATE_UNITY="${QUORATE_UNITY:-ON}" >&2)
  touch "$stamp"
}

# build PRESET JOBS [TARGET...]
build() {
  local preset=$1 jobs=$2
  shift 2
  need_packages build
  if [[ $preset == clang ]]; then need_packages lint; fi
  configure "$preset"
  say "building $preset${*:+: $*}"
  ninja -C "$(preset_dir "$preset")" -j "$jobs" "$@" >&2
}

# For subcommands that only need the binaries: builds unless told not to.
build_binaries() {
  [[ -z ${QUORATE_NO_BUILD:-} ]] || return 0
  build release "$(cores)" "$@"
}
