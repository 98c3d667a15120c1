# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: measure throughput, failover, idle nodes and restarts beside yardsticks
# help:
# Examples:
#   ./dev bench                     everything, in half an hour; JSON and a page in .cache/bench
#   ./dev bench --quick             the same in small, in five minutes: does it run?
#   ./dev bench --with-peers        installs Debian's etcd and Redis first, to measure beside them
#   ./dev bench --results FILE      where the JSON goes; the page, FILE with .html, goes beside it
#   ./dev bench -- curve --curve put,etcd-put   latency against load, of some
#   ./dev bench -- sustained        a minute and more of each durable write, compaction and all
#   ./dev bench -- suite --rounds 3         what follows -- goes to kvbench, which gets three nodes
#   ./dev bench --nodes 1 -- put            on a single node
#   ./dev bench -- --help           what else there is
#   ./dev bench --profile put --in-flight 64     where a load's CPU time goes, and a flame graph
#
# The nodes are started for this run on free ports from 7800 on (QUORATE_PORT)
# in folders of their own, and stopped and forgotten afterwards, also at Ctrl-C.
# Where etcd or Redis is not installed its figures are left out, and that is said.
source "$root/scripts/dev/lib/building.sh"

bench_home=$root/.cache/bench

run() {
  # What takes longest goes on for less than where it is measured by itself.
  local whole=(--curve-rounds 2 --curve-slice-seconds 1 --mix-seconds 1 --kills 10
    --rejoin-settle-seconds 10 --rejoin-idle-seconds 10 --joins 2 --rebuilds 2
    --partitions-slice-seconds 0.5 --memory-settle-seconds 10 --overload-rounds 2)
  local quick=(--rounds 1 --slice-seconds 0.5 --sustained-seconds 3 --kills 3 --idle-partitions 32
    --curve-rounds 1 --curve-slice-seconds 0.2 --shares "0.5,0.9" --mix AE
    --mix-seconds 0.3 --mix-warm-up-seconds 0.1
    --idle-settle-seconds 2 --idle-seconds 3 --restart-keys 50000 --restarts 2
    --rejoin-keys 50000 --rejoin-settle-seconds 2 --rejoin-idle-seconds 3
    --backup-keys 50000 --backups 1
    --join-keys 50000 --joins 1 --join-seconds 4 --rebuild-keys 50000 --rebuilds 1
    --partitions-rounds 1 --partitions-slice-seconds 0.3 --memory-keys 20000
    --memory-settle-seconds 2 --overload-rounds 1 --overload-seconds 2)
  local nodes=3 results=$bench_home/results.json own=(all "${whole[@]}")
  if [[ ${1:-} == --profile ]]; then
    shift
    profile "$@"
    return
  fi
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --nodes)
        nodes=$(number_value "$@")
        shift
        ;;
      --results)
        results=$(option_value "$@")
        shift
        ;;
      --quick) own=(all "${quick[@]}") ;;
      --with-peers) need_packages peers ;;
      --)
        shift
        own=("$@")
        break
        ;;
      *) usage_error "what is '$1'?" ;;
    esac
    shift
  done
  build_binaries kvd kvbench
  need_binary kvbench
  mkdir -p "$bench_home"
  rm -f "$results"
  "$bin/kvbench" --nodes "$nodes" --folder "$bench_home/run" --port "${QUORATE_PORT:-7800}" \
    --results "$results" "${own[@]}"
  # A single load leaves no results.
  [[ -f $results ]] || return 0
  local page
  page=$(PYTHONPATH=$root/chaos:$root/bench PYTHONDONTWRITEBYTECODE=1 \
    /usr/bin/python3 -m quorate_bench "$results")
  say "as a page: $page"
}

# Where the time of one of kvbench's loads goes (bench/cpu_profile).
profile() {
  [[ $# -gt 0 ]] || usage_error 'which load? ./dev bench --profile put --in-flight 64'
  need_packages profile
  build_binaries kvd kvbench
  need_binary kvbench
  QUORATE_BIN=$bin PYTHONPATH=$root/bench PYTHONDONTWRITEBYTECODE=1 \
    /usr/bin/python3 -m cpu_profile --out "$bench_home/profile" "$@"
}
