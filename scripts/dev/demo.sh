# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: three nodes, real data, the death of a leader and a cut network
# help:
# Examples:
#   ./dev demo            the whole tour; nothing is left running
#   ./dev demo --keep     leaves the cluster running for you to play with
#
# Imports this machine's package database into a raft keyspace, reads it back,
# kills the leader of a partition while writes go on, and counts what was lost;
# then cuts the network between the nodes and goes on without a leader.
# Uses ports 7400 and up (QUORATE_PORT) and the folder .cache/demo.
source "$root/scripts/dev/lib/building.sh"
QUORATE_HOME=$root/.cache/demo
source "$root/scripts/dev/lib/cluster.sh"
source "$root/scripts/dev/lib/demo_writer.sh"
source "$root/scripts/dev/lib/demo_cut.sh"

keyspace=packages
chosen=bash # the package whose partition loses its leader
keep=false

run() {
  case "${1:-}" in
    '') ;;
    --keep) keep=true ;;
    *) usage_error "what is '$1'?" ;;
  esac
  build_binaries kvd kvctl
  need_binary kvd
  trap demo_end EXIT
  trap 'exit 130' INT TERM
  step_start
  step_import
  step_read
  step_condition
  step_kill
  step_count
  step_restart
  step_leaderless
  step_cut
  step_heal
  step_farewell
}

# Whatever way the demo ends. Only processes it started, by their pids.
demo_end() {
  local code=$?
  writer_stop
  if $keep && [[ $code == 0 ]]; then return; fi
  cluster_stop TERM >/dev/null
  if [[ $code == 0 ]]; then
    demo_forget
  else
    say "the demo ended early; its logs: $cluster_home/node-*/log"
  fi
}

demo_forget() {
  rm -rf "$writer_home"
  cluster_forget
}

chapter() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
tell() { printf '%s\n' "$*"; }
ctl() { "$bin/kvctl" --endpoints "$(cluster_endpoints)" "$@"; }

# Prints a command as one would type it, and runs it.
show() {
  printf '  $ kvctl'
  printf ' %q' "$@"
  printf '\n'
  ctl "$@"
}

# The first field of that name in the JSON on stdin.
json_field() { grep -oE "\"$1\": *\"?[^,\"}]*" | head -n 1 | sed -E 's/^[^:]*: *"?//'; }

step_start() {
  chapter '1. A cluster of three nodes'
  cluster_stop KILL >/dev/null
  demo_forget
  cluster_start 3 --fault-switch
  tell "Three kvd processes on this machine, each with its own disk folder in $cluster_home."
  show cluster status
}

step_import() {
  chapter '2. Real data: the packages installed on this machine'
  tell 'A keyspace of mode raft: eight partitions, each on three nodes. A write is acknowledged'
  tell 'when it is on the disks of two of them.'
  show keyspace create "$keyspace" --mode raft --replicas 3 --partitions 8
  show import "$keyspace" --format dpkg /var/lib/dpkg/status
}

step_read() {
  chapter '3. Reading it back'
  show get "$keyspace" "$chosen" | sed -n '1,6p'
  tell '  ...'
  tell 'A scan runs over all partitions and comes back in key order:'
  show scan "$keyspace" --prefix lib --limit 5 --keys-only
}

step_condition() {
  chapter '4. Compare and set'
  tell 'Of two who want to be first, one is. The second is told so and nothing is overwritten:'
  show cas "$keyspace" "owner-of-$chosen" --if-absent alice
  show cas "$keyspace" "owner-of-$chosen" --if-absent bob ||
    tell "  (exit code $?: the condition did not hold)"
  show get "$keyspace" "owner-of-$chosen"
  tell ''
}

step_kill() {
  chapter "5. Killing the leader of $chosen's partition while writes go on"
  local pid moment
  tell "A client writes $writer_per_second keys a second into $chosen's partition (a {tag} in a key keeps keys together)"
  tell 'and notes every answer.'
  writer_start "$chosen"
  writer_wait 200
  killed=$(leader_of_chosen)
  pid=$(node_pid "$killed")
  tell "Receipts say that node $killed leads there. $(writer_count acknowledged) writes are acknowledged; now:"
  tell "  \$ kill -9 $pid     # node $killed: no goodbye, nothing flushed"
  moment=$EPOCHREALTIME
  node_kill "$killed" KILL
  writer_wait $(($(writer_count acknowledged) + 600))
  writer_stop
  tell "Writes stopped for $(writer_longest_gap_ms "$moment") ms: until node $(leader_of_chosen) had been elected. Then they went on."
}

# Who leads the partition: who serves a linearizable write there.
leader_of_chosen() {
  ctl --output json put "$keyspace" "{$chosen}/who-leads" '' | json_field served_by
}

step_count() {
  chapter '6. Is anything missing that was acknowledged?'
  local missing
  tell "acknowledged: $(writer_count acknowledged)   certainly not done: $(writer_count failed)   outcome unknown: $(writer_count unknown)"
  missing=$(writer_missing)
  tell "acknowledged and missing: $missing"
  ((missing == 0)) || die "$missing acknowledged writes are missing; that must never be: please keep $cluster_home"
  tell "Every acknowledged write is there, with node $killed still dead."
}

step_restart() {
  chapter "7. Node $killed comes back"
  local began=$SECONDS
  node_start "$killed" --fault-switch
  node_wait_ready "$killed"
  until caught_up "$killed"; do
    ((SECONDS < began + 30)) || die "node $killed has not caught up in 30 s; its log: $(node_dir "$killed")/log"
    sleep 0.1
  done
  tell 'It read its log, asked the new leaders what it had missed, and holds everything again:'
  show keyspace describe "$keyspace"
}

# True when every replica on the node has applied what its leader has committed.
caught_up() {
  ctl --output json keyspace describe "$keyspace" 2>/dev/null | tr -d ' \n' | tr '{' '\n' | awk -v node="$1" '
    function field(name) { return match($0, "\"" name "\":\"?[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : "" }
    function number(name,  v) { v = field(name); gsub(/"/, "", v); return v + 0 }
    /"applied_index"/ {
      p = number("partition")
      if (number("commit_index") > commit[p]) commit[p] = number("commit_index")
      if (number("node") == node) { applied[p] = number("applied_index"); here++ }
    }
    END { for (p in applied) if (applied[p] < commit[p]) exit 1; exit here == 0 }'
}

step_farewell() {
  chapter 'What to try next'
  if $keep; then
    tell "The cluster runs on. Its addresses: export QUORATE_ENDPOINTS=$(cluster_endpoints)"
    tell "  build/bin/kvctl get $keyspace $chosen"
    tell "  build/bin/kvctl scan $keyspace --prefix python3 --keys-only"
    tell "  kill -9 $(node_pid 1)      # node 1; then look: build/bin/kvctl cluster status"
    tell "  QUORATE_HOME=.cache/demo ./dev down --wipe     # the end of it"
  else
    tell '  ./dev demo --keep     the same, and the cluster stays for you to play with'
    tell '  ./dev up              an empty cluster of your own'
    tell '  ./dev sim             thousands of worse days than this one, in virtual time'
    tell '  ./dev test            everything that shows it works'
  fi
}
