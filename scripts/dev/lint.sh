# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: what compilers and tests do not see: layout, clang-tidy, locks, scripts
# help:
# Examples:
#   ./dev lint                       sources changed since the main branch
#   ./dev lint --all                 every source; takes minutes
#   ./dev lint src/raft/log.cc       these files
#
# Checks clang-format and shellcheck on all files, and clang-tidy and clang's
# -Wthread-safety on the sources chosen.
source "$root/scripts/dev/lib/building.sh"
source "$root/scripts/dev/lib/files.sh"

run() {
  local sources=() failed=()
  case "${1:-}" in
    '') mapfile -t sources < <(changed_sources) ;;
    --all) mapfile -t sources < <(our_files 'src/*.cc' 'cmd/*.cc' 'tests/*.cc' 'bench/*.cc') ;;
    -*) usage_error "no option '$1'" ;;
    *) mapfile -t sources < <(realpath -e -- "$@") ;;
  esac
  need_packages build
  need_packages lint

  step 'layout' check_layout || failed+=(layout)
  step 'scripts' check_scripts || failed+=(scripts)
  if [[ ${#sources[@]} -gt 0 ]]; then
    configure release
    build_headers
    step "locks in ${#sources[@]} sources" check_locks "${sources[@]}" || failed+=(locks)
    step "clang-tidy on ${#sources[@]} sources" check_tidy "${sources[@]}" || failed+=(clang-tidy)
  else
    say 'no source has changed; all of them: ./dev lint --all'
  fi
  [[ ${#failed[@]} == 0 ]] || die "lint found something: ${failed[*]}"
  say 'lint found nothing'
}

step() {
  say "$1"
  "${@:2}"
}

check_layout() {
  local untidy
  untidy=$(cpp_files | xargs -r clang-format --dry-run 2>&1 | sed -nE 's/^(.*):[0-9]+:[0-9]+: warning:.*/\1/p' | sort -u)
  [[ -n $untidy ]] || return 0
  printf '%s\n' "$untidy" >&2
  say 'these are not laid out as .clang-format has it; ./dev fmt repairs that'
  return 1
}

check_scripts() { shell_files | xargs -r shellcheck --external-sources --source-path="$root"; }

# The generated message headers, without which no source can be read.
build_headers() { ninja -C "$root/build" quorate_grpc >/dev/null; }

# Each source by itself, however the build puts them together.
compiler_flags=(-std=c++20 -I "$root/src" -I "$root/tests" -I "$root/cmd" -isystem "$root/build/proto"
  '-DQUORATE_SOURCE_DIR=""' '-DQUORATE_BIN_DIR=""')

check_locks() {
  printf '%s\0' "$@" | xargs -0 -r -n 1 -P "$(cores)" clang++ -fsyntax-only \
    -Wall -Wextra -Wpedantic -Wthread-safety -Werror "${compiler_flags[@]}"
}

check_tidy() {
  printf '%s\0' "$@" | xargs -0 -r -I '{}' -P "$(cores)" \
    clang-tidy --quiet '{}' -- "${compiler_flags[@]}"
}
