# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: build and run the tests
# help:
# Examples:
#   ./dev test                          everything; the last lines are the verdict
#   ./dev test --quick                  without whole clusters and simulator runs
#   ./dev test --filter 'Leader|Vote'   tests whose names match
#   ./dev test --preset asan            the same under sanitizers
#
# Options:
#   --preset NAME    release (default), debug, asan, tsan, clang
#   --filter REGEX   of Suite.Test
#   --quick          leaves out what is slow: cluster, sim, chaos
#   --jobs N         compilers at once, and twice as many tests; one per core unless told
#                    otherwise
source "$root/scripts/dev/lib/building.sh"

run() {
  local options=()
  parse_build_options "$@"
  set -- "${rest[@]}"
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --filter)
        options+=(--tests-regex "$(option_value "$@")")
        shift
        ;;
      --quick) options+=(--label-exclude '^(cluster|sim|chaos)$') ;;
      *) usage_error "what is '$1'?" ;;
    esac
    shift
  done
  # Before CMake looks for them.
  need_packages chaos
  build "$preset" "$jobs"
  say "testing $preset; not the containers of deploy/, which need docker: ./dev compose"
  # Twice as many as compilers: clusters mostly wait for one another.
  # Without tests there is nothing shown: that is a failure, not a success.
  ctest --test-dir "$(preset_dir "$preset")" --output-on-failure --no-tests=error \
    --parallel $((2 * jobs)) "${options[@]}"
}
