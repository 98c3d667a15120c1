# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: install the Debian packages that are missing
# help:
# Examples:
#   ./dev deps            what the build and the tests need
#   ./dev deps --lint     also what ./dev lint, ./dev fmt and the clang preset need
#   ./dev deps --list     only list them, each with why it is needed
#
# Other subcommands do this by themselves. QUORATE_NO_DEPS=1 stops them.
source "$root/scripts/dev/lib/packages.sh"

run() {
  local groups=(build)
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --lint) groups+=(lint) ;;
      --list)
        cat "$root/scripts/dev/lib/packages.txt"
        return
        ;;
      *) usage_error "what is '$1'?" ;;
    esac
    shift
  done
  for group in "${groups[@]}"; do need_packages "$group"; done
  say 'nothing is missing'
}
