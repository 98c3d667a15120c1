# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: give all C++ files the project's layout
# help:
# Examples:
#   ./dev fmt             rewrites what is not laid out as .clang-format has it
#   ./dev fmt --check     only tells
source "$root/scripts/dev/lib/packages.sh"
source "$root/scripts/dev/lib/files.sh"

run() {
  local mode=(-i)
  case "${1:-}" in
    '') ;;
    --check) mode=(--dry-run --Werror) ;;
    *) usage_error "what is '$1'?" ;;
  esac
  need_packages lint
  cpp_files | xargs -r clang-format "${mode[@]}"
}
