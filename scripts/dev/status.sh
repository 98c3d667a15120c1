# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: how the cluster that ./dev up started is doing
# help:
# Examples:
#   ./dev status                       a line for each process, then what the cluster says
#   ./dev status --output json         further arguments go to: kvctl cluster status
#   watch -n1 ./dev status
source "$root/scripts/dev/lib/cluster.sh"

run() {
  local n pid running=0 nodes
  nodes=$(cluster_size)
  if [[ $nodes == 0 ]]; then
    die "there is no cluster in $cluster_home; start one: ./dev up"
  fi
  for ((n = 1; n <= nodes; n++)); do
    pid=$(node_pid "$n")
    printf 'node %d  127.0.0.1:%d  %s\n' "$n" "$(client_port "$n")" "${pid:+runs, pid }${pid:-does not run}" >&2
    if [[ -n $pid ]]; then running=$((running + 1)); fi
  done
  ((running > 0)) || die 'no node runs; start them: ./dev up'
  need_binary kvctl
  "$bin/kvctl" --endpoints "$(cluster_endpoints)" cluster status "$@"
}
