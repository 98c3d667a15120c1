# Shared by every subcommand: talking to the user, where things are.
# shellcheck shell=bash
# shellcheck disable=SC2154  # root comes from ./dev

if [[ -t 2 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' red='' plain=''
fi

# Everything said goes to stderr; stdout is for what was asked for.
say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }

die() {
  printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
  exit 1
}

usage_error() {
  printf '%serror:%s %s; try: ./dev %s --help\n' "$red" "$plain" "$1" "${subcommand:-}" >&2
  exit 2
}

# A subcommand's help is the comment at the top of its file.
print_help() {
  awk '/^# help:/ { on = 1; next } on && !/^#/ { exit } on { sub(/^# ?/, ""); print }' "$1"
}

# The value of the option that stands first: jobs=$(option_value "$@")
option_value() {
  [[ $# -ge 2 && -n $2 ]] || usage_error "$1 needs a value"
  printf '%s' "$2"
}

# count=$(number_value --jobs 2): the same, but a whole number above zero.
number_value() {
  [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "$1 needs a whole number above zero, not '${2:-}'"
  printf '%s' "$2"
}

cores() { nproc 2>/dev/null || echo 2; }

# Where the binaries of a preset are.
preset_dir() {
  if [[ $1 == release ]]; then echo "$root/build"; else echo "$root/build/$1"; fi
}
bin=${QUORATE_BIN:-$root/build/bin}

need_binary() {
  [[ -x $bin/$1 ]] || die "$bin/$1 does not exist; build it: ./dev build $1"
}
