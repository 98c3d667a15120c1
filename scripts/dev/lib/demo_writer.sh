# A client that writes one key after the other and remembers what it was told.
# shellcheck shell=bash
# shellcheck disable=SC2154
#
# Its notes, a line a write: moment, number, kvctl's exit code.

writer_notes=$cluster_home/writes
writer_pid=''

# writer_start KEY: keys of KEY's partition, which a tag of that name brings about.
writer_start() {
  writer_tag=$1
  : >"$writer_notes"
  writer_loop &
  writer_pid=$!
}

writer_loop() {
  trap - EXIT INT TERM
  local n code endpoints
  endpoints=$(cluster_endpoints)
  for ((n = 1; ; n++)); do
    code=0
    "$bin/kvctl" --endpoints "$endpoints" --quiet put "$keyspace" "{$writer_tag}/$n" "value-$n" >/dev/null 2>&1 || code=$?
    echo "$EPOCHREALTIME $n $code" >>"$writer_notes"
  done
}

writer_stop() {
  [[ -n $writer_pid ]] || return 0
  kill "$writer_pid" 2>/dev/null || true
  wait "$writer_pid" 2>/dev/null || true
  writer_pid=''
}

writer_with_code() { awk -v code="$1" '$3 == code { n++ } END { print n + 0 }' "$writer_notes"; }
writer_acknowledged() { writer_with_code 0; }
writer_unknown() { writer_with_code 6; }
# Certainly not done.
writer_refused() { awk '$3 != 0 && $3 != 6 { n++ } END { print n + 0 }' "$writer_notes"; }

# Returns when so many writes are acknowledged.
writer_wait() {
  local deadline=$((SECONDS + 40))
  until (($(writer_acknowledged) >= $1)); do
    ((SECONDS < deadline)) || die "only $(writer_acknowledged) of $1 writes were acknowledged in 40 s"
    sleep 0.05
  done
}

# The longest time from one acknowledgement to the next, of those that end
# after the moment given.
writer_longest_gap_ms() {
  awk -v moment="$1" '
    $3 == 0 { if (last && $1 > moment && $1 - last > gap) gap = $1 - last; last = $1 }
    END { printf "%.0f\n", gap * 1000 }' "$writer_notes"
}

# How many acknowledged writes a scan of the whole partition does not find.
writer_missing() {
  ctl --output json scan "$keyspace" --prefix "{$writer_tag}/" --keys-only |
    grep -oE "\{$writer_tag\}/[0-9]+" | sort -u >"$writer_notes.found"
  awk -v tag="$writer_tag" '$3 == 0 { print "{" tag "}/" $2 }' "$writer_notes" | sort -u |
    comm -23 - "$writer_notes.found" | wc -l
}
