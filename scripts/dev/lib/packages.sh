# Installs what the checkout needs and this machine lacks.
# shellcheck shell=bash
# shellcheck disable=SC2154

# Packages of a group, one a line.
packages_of() {
  awk -v group="$1" '$1 == group { print $2 }' "$root/scripts/dev/lib/packages.txt"
}

# Those of the packages named on stdin that are not installed.
packages_missing() {
  local package
  while read -r package; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo -E "$@"; fi
}

# need_packages GROUP: returns when every package of the group is installed.
need_packages() {
  [[ -z ${QUORATE_NO_DEPS:-} ]] || return 0
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    die "this is no Debian; install what scripts/dev/lib/packages.txt lists by hand, then set QUORATE_NO_DEPS=1"
  fi
  local missing
  mapfile -t missing < <(packages_of "$1" | packages_missing)
  [[ ${#missing[@]} -gt 0 ]] || return 0

  say "installing ${#missing[@]} Debian packages that are missing: ${missing[*]}"
  local install=(apt-get install -y --no-install-recommends "${missing[@]}")
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    die "that needs root and there is no sudo; as root, run: ${install[*]}"
  fi
  export DEBIAN_FRONTEND=noninteractive
  # A fresh image has no package lists; a stale one names files that are gone.
  as_root apt-get update -q >&2 || say 'apt-get update failed; trying with the lists that are there'
  as_root "${install[@]}" >&2 || die "apt-get could not install them; the lines above say why"
  say 'installed'
}
