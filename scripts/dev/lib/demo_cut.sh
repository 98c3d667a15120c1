# The demo's second half: keyspaces without a leader, and a network that breaks.
# shellcheck shell=bash
# shellcheck disable=SC2154

# at N ...: asks node N and no other, as somebody on its side of a cut would.
at() {
  local endpoint
  endpoint=127.0.0.1:$(client_port "$1")
  shift
  printf '  $ kvctl --only-endpoints --endpoints %s' "$endpoint"
  printf ' %q' "$@"
  printf '\n'
  "$bin/kvctl" --only-endpoints --endpoints "$endpoint" "$@"
}

step_leaderless() {
  chapter '8. Keyspaces without a leader'
  tell 'In mode quorum every replica takes writes. What concurrent writes of one key mean is said'
  tell 'once, by the keyspace: the newest wins, all are kept, or they are added up.'
  show keyspace create anywhere --mode quorum --conflict lww --replicas 3
  show keyspace create baskets --mode quorum --conflict siblings --replicas 3
  show keyspace create votes --mode quorum --conflict counter --replicas 3
  tell 'Or nothing is concurrent: registers are linearizable, without a leader either.'
  show keyspace create seats --mode quorum --conflict register --replicas 3
  show import anywhere --format dpkg /var/lib/dpkg/status
  show incr votes yes --by 10
  show put baskets alice bread
}

step_cut() {
  chapter '9. The network breaks: n1 on one side, n2 and n3 on the other'
  show cluster cut 1 2,3
  tell 'A majority is out of reach of n1. What needs one it refuses, instead of hanging or guessing:'
  refused_at_n1 get "$keyspace" "$chosen" --level LINEARIZABLE
  n1_knows_of_the_cut
  refused_at_n1 put anywhere "$chosen" 'nobody will see this' --level QUORUM
  refused_at_n1 cas seats 1A --if-absent alice
  tell 'The other side has a majority, and no leader to elect first:'
  at 2 cas seats 1A --if-absent bob
  tell 'What needs no majority goes on, on both sides:'
  at 1 get anywhere "$chosen" --level ONE | sed -n '1,2p'
  at 1 incr votes yes --by 3 --level ONE
  at 2 incr votes yes --by 4 --level ONE
  at 1 put baskets alice milk --level ONE --context "$(basket_context 1)"
  at 2 put baskets alice eggs --level ONE --context "$(basket_context 2)"
  at 1 put anywhere lighthouse 'as n1 saw it' --level ONE
  at 2 put anywhere harbour 'as n2 saw it' --level ONE
}

# Within the time its failure detector takes; what was begun before might be unknown.
n1_knows_of_the_cut() {
  local tries said
  for ((tries = 0; tries < 100; ++tries)); do
    said=$(at 1 get anywhere "$chosen" --level QUORUM 2>&1 || true)
    if [[ $said == *REPLICAS_MISSING* ]]; then return; fi
    sleep 0.05
  done
  die "n1 has not noticed the cut within five seconds"
}

# A command that must be refused, and how soon it was.
refused_at_n1() {
  local began=$EPOCHREALTIME code=0
  at 1 "$@" 2>&1 || code=$?
  ((code == 5)) || die "that should have been refused as unavailable, with exit code 5, not $code"
  tell "  (exit code 5, certainly not applied, after $(milliseconds_since "$began") ms)"
}

milliseconds_since() { echo $(((${EPOCHREALTIME/./} - ${1/./}) / 1000)); }

# What that node has read of the basket, for a write that replaces just that.
basket_context() {
  "$bin/kvctl" --only-endpoints --endpoints "127.0.0.1:$(client_port "$1")" --output json \
    get baskets alice --level ONE | json_field context
}

step_heal() {
  chapter '10. The network heals'
  local votes
  show cluster heal
  tell 'The replicas tell one another what each has seen, and send what is missing and nothing else:'
  show keyspace lag anywhere --wait
  ctl keyspace lag votes --wait >/dev/null
  ctl keyspace lag baskets --wait >/dev/null
  tell 'Additions of both sides count, each once: 10 + 3 + 4.'
  show get votes yes
  votes=$(ctl --output raw get votes yes)
  ((votes == 17)) || die "votes are $votes and not 17; that must never be: please keep $cluster_home"
  tell ''
  tell 'Both baskets are kept, until somebody who has read both writes the next:'
  show --output table get baskets alice
  show mget anywhere lighthouse harbour
  tell ''
  tell 'And nobody gave the seat away twice:'
  at 1 get seats 1A
}
