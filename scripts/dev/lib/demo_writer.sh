# A client that writes key after key and remembers what it was told of each.
# shellcheck shell=bash
# shellcheck disable=SC2154
#
# One `kvctl import` reads what a loop feeds it and reports each answer.

writer_home=$cluster_home/writer
writer_report=$writer_home/report.jsonl
writer_per_second=200
writer_pid=''

# writer_start KEY: keys of KEY's partition, which a tag of that name brings about.
writer_start() {
  writer_tag=$1
  mkdir -p "$writer_home"
  : >"$writer_report"
  touch "$writer_home/go-on"
  (
    trap - EXIT INT TERM
    writer_feed | "$bin/kvctl" --endpoints "$(cluster_endpoints)" --quiet import "$keyspace" - \
      --report "$writer_report" >"$writer_home/log" 2>&1
  ) &
  writer_pid=$!
}

writer_feed() {
  local n
  for ((n = 1; ; n++)); do
    [[ -e $writer_home/go-on ]] || return 0
    printf '{"key": "{%s}/%d", "value": "written as number %d"}\n' "$writer_tag" "$n" "$n"
    # Sleeps without a process: nothing ever comes on this descriptor.
    read -r -t "$(printf '0.%03d' $((1000 / writer_per_second)))" -u "$writer_silence" || true
  done
}
exec {writer_silence}<> <(:)

# Returns when the last answer has come.
writer_stop() {
  [[ -n $writer_pid ]] || return 0
  rm -f "$writer_home/go-on"
  wait "$writer_pid" 2>/dev/null || true
  writer_pid=''
}

writer_count() { grep -cF "\"outcome\":\"$1\"" "$writer_report" || true; }

# Returns when so many writes are acknowledged.
writer_wait() {
  local deadline=$((SECONDS + 40))
  until (($(writer_count acknowledged) >= $1)); do
    kill -0 "$writer_pid" 2>/dev/null || die "the writer has ended: $(cat "$writer_home/log")"
    ((SECONDS < deadline)) || die "only $(writer_count acknowledged) of $1 writes were acknowledged in 40 s"
    sleep 0.1
  done
}

# The longest time from one acknowledgement to the next, of those that end
# after the moment given (in seconds, with a fraction).
writer_longest_gap_ms() {
  grep -F '"acknowledged"' "$writer_report" | grep -oE '"unix_us":[0-9]+' | cut -d: -f2 |
    awk -v moment="$1" '
      { if (last && $1 > moment * 1e6 && $1 - last > gap) gap = $1 - last; last = $1 }
      END { printf "%.0f\n", gap / 1000 }'
}

# How many acknowledged writes a scan does not find.
writer_missing() {
  ctl --output json scan "$keyspace" --prefix "{$writer_tag}/" --keys-only |
    grep -oE "\{$writer_tag\}/[0-9]+" | sort -u >"$writer_home/found"
  grep -F '"acknowledged"' "$writer_report" | grep -oE "\{$writer_tag\}/[0-9]+" | sort -u |
    comm -23 - "$writer_home/found" | wc -l
}
