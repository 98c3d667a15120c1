# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: the Docker image and the compose cluster of deploy/, tried for real
# help:
# Examples:
#   ./dev compose                     builds the image, starts the cluster, breaks it
#   ./dev compose --filter killed     only tests whose names hold that
#   ./dev compose --from-source       compiles everything in the image, too, and starts that: slow
#
# Containers are killed under writes, cut off, frozen, stopped and made anew;
# Prometheus watches, and its alert rules are checked. Uses the docker daemon of
# this machine where one answers. Otherwise installs docker (on Debian) and, as
# root, starts a daemon of its own, which ends with the test. Nothing is left: no
# container, volume, network, image, daemon or mount; only a base image, where no
# registry had one, in .cache/image, and `docker compose`, where this machine has
# docker-compose alone, in .cache/compose-plugin.
#
# By hand: deploy/README.md. Under scenarios of faults: ./dev chaos --backend compose
source "$root/scripts/dev/lib/building.sh"
source "$root/scripts/dev/lib/docker.sh"

run() {
  local filter=()
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --filter)
        filter=(-k "$(option_value "$@")")
        shift
        ;;
      --from-source) export QUORATE_FROM_SOURCE=1 ;;
      *) usage_error "what is '$1'?" ;;
    esac
    shift
  done
  need_packages chaos
  need_docker
  build_binaries kvd kvctl diskfaults clockfaults
  say 'trying deploy/: the image, the cluster, the alerts'
  QUORATE_BIN=$bin PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m pytest -v --no-header -rs \
    -c "$root/chaos/pytest.ini" --rootdir "$root" --durations 5 "${filter[@]}" "$root/tests/deploy"
}
