# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: stop the cluster that ./dev up started
# help:
# Examples:
#   ./dev down            each node hands its leaderships over, then ends
#   ./dev down --kill     no goodbyes (SIGKILL), as in a power cut
#   ./dev down --wipe     also forgets the data
source "$root/scripts/dev/lib/cluster.sh"

run() {
  local signal=TERM wipe=false
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --kill) signal=KILL ;;
      --wipe) wipe=true ;;
      *) usage_error "what is '$1'?" ;;
    esac
    shift
  done
  say "stopped $(cluster_stop "$signal") nodes of $cluster_home"
  if $wipe && [[ -f $cluster_home/nodes ]]; then
    cluster_forget
    say 'its data is gone'
  fi
}
