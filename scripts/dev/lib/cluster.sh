# kvd processes on this machine: starting, finding and stopping them by pid.
# shellcheck shell=bash
# shellcheck disable=SC2154
#
# Node N listens on port+10*(N-1) for clients, one above for peers, two above
# for HTTP, and keeps everything in $cluster_home/node-N.

cluster_home=${QUORATE_HOME:-$root/.cache/cluster}
[[ $cluster_home == /* ]] || cluster_home=$PWD/$cluster_home
cluster_port=${QUORATE_PORT:-7400}

client_port() { echo $((cluster_port + 10 * ($1 - 1))); }
http_port() { echo $(($(client_port "$1") + 2)); }
node_dir() { echo "$cluster_home/node-$1"; }

# How many nodes the cluster in $cluster_home has; 0: there is none.
cluster_size() { cat "$cluster_home/nodes" 2>/dev/null || echo 0; }

# Comma-separated client addresses of all nodes.
cluster_endpoints() {
  local n list=''
  for ((n = 1; n <= $(cluster_size); n++)); do list+=${list:+,}127.0.0.1:$(client_port "$n"); done
  echo "$list"
}

cluster_bootstrap() {
  local n port list=''
  for ((n = 1; n <= $(cluster_size); n++)); do
    port=$(client_port "$n")
    list+=${list:+,}$n=127.0.0.1:$port/127.0.0.1:$((port + 1))
  done
  echo "$list"
}

# When a process began, in ticks since the machine did; nothing if it is gone.
process_began() {
  local stat state=''
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  stat=${stat##*) } # the name before may hold anything
  read -r state _ <<<"$stat"
  [[ $state == Z ]] || cut -d ' ' -f 20 <<<"$stat"
}

# The pid of a node that runs, or nothing. A pid that the system has given to
# another program since does not count.
node_pid() {
  local pid began
  read -r pid began 2>/dev/null <"$(node_dir "$1")/pid" || return 0
  if [[ $(process_began "$pid") == "$began" ]]; then echo "$pid"; fi
}

cluster_pids() {
  local n
  for ((n = 1; n <= $(cluster_size); n++)); do node_pid "$n"; done
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Fails with the port's name when something else listens where node N would.
node_ports_free() {
  local port first
  first=$(client_port "$1")
  for port in "$first" $((first + 1)) $((first + 2)); do
    if port_taken "$port"; then
      die "port $port is in use by another program; stop that, or choose others: QUORATE_PORT=$((cluster_port + 200))"
    fi
  done
}

# Starts node N in the background; more arguments go to kvd as they are.
node_start() {
  local n=$1 dir port
  shift
  dir=$(node_dir "$n")
  port=$(client_port "$n")
  [[ -z $(node_pid "$n") ]] || return 0
  mkdir -p "$dir"
  setsid nohup "$bin/kvd" --node-id "$n" --cluster-id "$(cat "$cluster_home/id")" \
    --data-dir "$dir/data" --listen "127.0.0.1:$port" --peer-listen "127.0.0.1:$((port + 1))" \
    --http-listen "127.0.0.1:$((port + 2))" --bootstrap "$(cluster_bootstrap)" "$@" \
    >>"$dir/log" 2>&1 </dev/null &
  echo "$! $(process_began $!)" >"$dir/pid"
  disown # so that the shell has nothing to say when it is killed
}

# The status line of a GET over HTTP, without needing curl.
http_status() {
  local line=''
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
  IFS= read -r -t 2 line <&3 || true
  exec 3>&-
  [[ $line == *' 200 '* ]]
}

# Returns when node N says that it can serve; dies with its log when it ended
# or took longer than half a minute.
node_wait_ready() {
  local n=$1 deadline=$((SECONDS + 30))
  until (http_status "$(http_port "$n")" /readyz) 2>/dev/null; do
    if [[ -z $(node_pid "$n") ]]; then
      tail -n 5 "$(node_dir "$n")/log" >&2
      die "node $n ended; its whole log: $(node_dir "$n")/log"
    fi
    ((SECONDS < deadline)) || die "node $n is not ready after 30 s; its log: $(node_dir "$n")/log"
    sleep 0.05
  done
}

# cluster_start N [kvd options]: N nodes, ready to serve when it returns.
cluster_start() {
  local n nodes=$1
  shift
  for ((n = 1; n <= nodes; n++)); do
    if [[ -z $(node_pid "$n") ]]; then node_ports_free "$n"; fi
  done
  mkdir -p "$cluster_home"
  echo "$nodes" >"$cluster_home/nodes"
  [[ -f $cluster_home/id ]] || echo "local-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')" >"$cluster_home/id"
  for ((n = 1; n <= nodes; n++)); do node_start "$n" "$@"; done
  for ((n = 1; n <= nodes; n++)); do node_wait_ready "$n"; done
}

# node_kill N SIGNAL: returns when the process is gone; after ten seconds of
# patience it is killed.
node_kill() {
  local n=$1 signal=$2 pid deadline=$((SECONDS + 10))
  pid=$(node_pid "$n")
  [[ -n $pid ]] || return 0
  kill "-$signal" "$pid" 2>/dev/null || return 0
  while [[ -n $(node_pid "$n") ]]; do
    if ((SECONDS >= deadline)); then
      say "node $n has not ended in 10 s; killing it"
      kill -KILL "$pid" 2>/dev/null || true
      deadline=$((SECONDS + 10))
    fi
    sleep 0.05
  done
  rm -f "$(node_dir "$n")/pid"
}

cluster_stop() {
  local n stopped=0
  for ((n = 1; n <= $(cluster_size); n++)); do
    [[ -n $(node_pid "$n") ]] || continue
    node_kill "$n" "${1:-TERM}"
    stopped=$((stopped + 1))
  done
  echo "$stopped"
}

# Removes what cluster_start made, and nothing else.
cluster_forget() {
  local n
  for ((n = 1; n <= $(cluster_size); n++)); do rm -rf "$(node_dir "$n")"; done
  rm -f "$cluster_home/id" "$cluster_home/nodes"
  rmdir "$cluster_home" 2>/dev/null || true
}
