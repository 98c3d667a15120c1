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
#   --quick          leaves out the slow folders: cluster, sim
#   --jobs N         tests (and compilers) at once; one per core unless told otherwise
source "$root/scripts/dev/lib/building.sh"

run() {
  local preset=release jobs options=()
  jobs=$(cores)
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --preset)
        preset=$(option_value "$@")
        shift
        ;;
      --filter)
        options+=(--tests-regex "$(option_value "$@")")
        shift
        ;;
      --quick) options+=(--label-exclude '^(cluster|sim)$') ;;
      --jobs | -j)
        jobs=$(number_value "$@")
        shift
        ;;
      *) usage_error "what is '$1'?" ;;
    esac
    shift
  done
  check_preset "$preset"
  build "$preset" "$jobs"
  say "testing $preset"
  # Without tests there is nothing shown: that is a failure, not a success.
  ctest --test-dir "$(preset_dir "$preset")" --output-on-failure --no-tests=error \
    --parallel "$jobs" "${options[@]}"
}
