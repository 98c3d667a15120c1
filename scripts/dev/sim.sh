# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: run the simulator over seeds until one fails
# help:
# Examples:
#   ./dev sim                        from a random seed on, until stopped (Ctrl-C)
#   ./dev sim --seed 42              one seed, with its timeline
#   ./dev sim --from 1 --count 500   these and no more
#   ./dev sim -- --nodes 5           what follows -- goes to kvsim
#
# A seed that fails always fails the same way; what it printed stays in
# .cache/sim/seed-N.log.
source "$root/scripts/dev/lib/building.sh"

run() {
  local from='' count='' seed=''
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --seed)
        seed=$(option_value "$@")
        shift
        ;;
      --from)
        from=$(number_value "$@")
        shift
        ;;
      --count)
        count=$(number_value "$@")
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
  build_binaries kvsim
  need_binary kvsim
  if [[ -n $seed ]]; then exec "$bin/kvsim" --seed "$seed" "$@"; fi
  run_seeds "${from:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}" "${count:-0}" "$@"
}

# run_seeds FROM COUNT [kvsim options]: COUNT 0 is without end.
run_seeds() {
  local from=$1 count=$2 seed done_count=0 log began=$SECONDS
  shift 2
  mkdir -p "$root/.cache/sim"
  trap 'printf "\n" >&2; say "$done_count seeds from $from on, all well"; exit 130' INT TERM
  for ((seed = from; count == 0 || done_count < count; seed++)); do
    log=$root/.cache/sim/seed-$seed.log
    if ! "$bin/kvsim" --seed "$seed" "$@" >"$log" 2>&1; then
      printf '\n' >&2
      tail -n 40 "$log"
      die "seed $seed fails; the whole run: $log; again: ./dev sim --seed $seed${*:+ -- $*}"
    fi
    rm -f "$log"
    done_count=$((done_count + 1))
    progress "$seed" "$done_count" $((SECONDS - began))
  done
  printf '\n' >&2
  say "$done_count seeds from $from on, all well"
}

# On a terminal one line that changes; elsewhere a line now and then.
progress() {
  if [[ -t 2 ]]; then
    printf '\rseed %s: %d seeds in %d s, all well' "$@" >&2
  elif (($2 % 50 == 0)); then
    printf 'seed %s: %d seeds in %d s, all well\n' "$@" >&2
  fi
}
