# Docker and compose, for those subcommands that are about containers.
# shellcheck shell=bash
# shellcheck disable=SC2154
source "$root/scripts/dev/lib/packages.sh"

# Whoever has a docker that answers keeps it; else Debian's is installed, and a
# daemon is started for as long as it is needed.
need_docker() {
  if docker version >/dev/null 2>&1 &&
    { docker compose version || docker-compose version; } >/dev/null 2>&1; then
    return 0
  fi
  need_packages compose
}
