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
  local target
  parse_build_options "$@"
  for target in "${rest[@]}"; do
    [[ $target != -* ]] || usage_error "no option '$target'"
  done
  build "$preset" "$jobs" "${rest[@]}"
}
