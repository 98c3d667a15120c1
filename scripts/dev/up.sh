# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: start a cluster of kvd processes on this machine
# help:
# Examples:
#   ./dev up                      three nodes; kvctl finds them by itself
#   ./dev up --nodes 5
#   ./dev up -- --log-level debug      what follows -- goes to each kvd
#   QUORATE_PORT=7600 QUORATE_HOME=/tmp/second ./dev up     a second one beside it
#
# Data and logs are in .cache/cluster (or $QUORATE_HOME) and stay there: after
# ./dev down, ./dev up goes on with them. Node N listens for clients on port
# 7400+10*(N-1), for peers one above, for HTTP two above; loopback only.
#
# Options:
#   --nodes N     how many nodes a new cluster has (3)
source "$root/scripts/dev/lib/building.sh"
source "$root/scripts/dev/lib/cluster.sh"

run() {
  local nodes='' existing
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --nodes)
        nodes=$(number_value "$@")
        shift
        ;;
      --)
        shift
        break
        ;;
      *) usage_error "what is '$1'?" ;;
    esac
    shift
  done
  existing=$(cluster_size)
  if [[ $existing != 0 && -n $nodes && $nodes != "$existing" ]]; then
    die "the cluster in $cluster_home has $existing nodes, not $nodes; start it without --nodes, or forget its data first: ./dev down --wipe"
  fi
  [[ -n $nodes ]] || nodes=$((existing == 0 ? 3 : existing))
  build_binaries kvd kvctl
  need_binary kvd

  # What does not come up as a whole is not left half up.
  if [[ -z $(cluster_pids) ]]; then trap 'cluster_stop TERM >/dev/null' EXIT; fi
  cluster_start "$nodes" "$@"
  trap - EXIT
  say "$nodes nodes are ready: $(cluster_endpoints)"
  say "data and logs: $cluster_home"
  if [[ $cluster_port != 7400 ]]; then say "for kvctl: export QUORATE_ENDPOINTS=$(cluster_endpoints)"; fi
  say 'try: build/bin/kvctl cluster status | ./dev status | ./dev down'
}
