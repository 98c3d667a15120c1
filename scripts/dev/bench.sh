# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: measure a fresh three-node cluster beside a bare gRPC echo
# help:
# Examples:
#   ./dev bench                     the suite whose figures are in bench/
#   ./dev bench --nodes 1           on a single node
#   ./dev bench -- --help           what follows -- goes to kvbench
#
# The cluster is started for this run on its own ports (7800 and up) and its
# own folder, and stopped and forgotten afterwards.
source "$root/scripts/dev/lib/building.sh"
QUORATE_HOME=$root/.cache/bench QUORATE_PORT=${QUORATE_PORT:-7800}
source "$root/scripts/dev/lib/cluster.sh"

bench_end() {
  cluster_stop TERM >/dev/null
  cluster_forget
}

run() {
  local nodes=3 arguments=(suite)
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --nodes)
        nodes=$(number_value "$@")
        shift
        ;;
      --)
        shift
        arguments=("$@")
        break
        ;;
      *) usage_error "what is '$1'?" ;;
    esac
    shift
  done
  build_binaries kvd kvctl kvbench
  need_binary kvbench
  trap bench_end EXIT
  trap 'exit 130' INT TERM
  bench_end
  cluster_start "$nodes"
  say "measuring $nodes nodes on $(cores) cores"
  "$bin/kvbench" --endpoints "$(cluster_endpoints)" "${arguments[@]}"
}
