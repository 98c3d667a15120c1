# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: configure and build
# help:
# Examples:
#   ./dev build                          everything, optimised, into build/bin
#   ./dev build kvd kvctl                only these targets
#   ./dev build --preset asan            with sanitizers, into build/asan/bin
#   ./dev build --preset clang --jobs 1
#
# Options:
#   --preset NAME   release (default), debug, asan, tsan, clang
#   --jobs N        compilers at once; one per core unless told otherwise
source "$root/scripts/dev/lib/building.sh"

run() {
  local preset=release jobs targets=()
  jobs=$(cores)
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
      -*) usage_error "no option '$1'" ;;
      *) targets+=("$1") ;;
    esac
    shift
  done
  check_preset "$preset"
  build "$preset" "$jobs" "${targets[@]}"
}
