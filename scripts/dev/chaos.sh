# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: real clusters under faults, judged level by level
# help:
# Examples:
#   ./dev chaos                              every scenario, in network namespaces if they can be had
#   ./dev chaos --short                      what ./dev test runs, in two minutes
#   ./dev chaos --scenario leader            those whose names hold that; --list names all
#   ./dev chaos --backend loopback           plain processes; partitions by kvd's own switch
#   ./dev chaos --backend compose            the containers of deploy/compose
#   ./dev chaos --backend all                all three; what cannot be had is skipped, with why
#   ./dev chaos --scenario cut_off --seed 7  the same victims, settings and times again
#   ./dev chaos --bugs                       deliberate bugs, each of which has to be noticed
#   ./dev chaos --soak --duration 1h         random mixtures of everything, for an hour
#
# Options:
#   --backend NAME    loopback, netns, compose or all; netns unless told otherwise
#   --scenario WORDS  pytest's -k: "leader and not pause"
#   --duration TIME   of each random mixture of faults: 90s, 10m, 1h (60s)
#   --seed N          chooses victims, times and settings; random, and told at the end
#   --short           only the scenarios of the short suite
#   --soak            only the soak
#   --bugs            only scenarios of a kvd that is broken on purpose
#   --lanes N         so many scenarios side by side; two for all of them, if there are two cores
#   --keep            keep the nodes' data as well
#   --out FOLDER      where the folders of runs go (.cache/chaos)
#   --list            only name the scenarios
#
# Each run leaves a folder with its histories, faults, verdict and report.html
# (docs/chaos.md). Ctrl-C leaves no process, namespace, rule or mount behind.
# Ends with 0: passed, 1: anomaly, 2: usage, 3: void, 4: no progress, 5: not
# converged, 6: undecided, 7: error, 130: interrupted.
source "$root/scripts/dev/lib/building.sh"
source "$root/scripts/dev/lib/docker.sh"

run() {
  need_packages chaos
  if [[ " $* " =~ --backend[\ =]compose ]]; then need_docker; fi
  build_binaries kvd kvd_broken kvctl kvload kvcheck diskfaults clockfaults
  export GRPC_ENABLE_FORK_SUPPORT=0 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 QUORATE_BIN=$bin
  PYTHONPATH=$root/chaos exec /usr/bin/python3 -m quorate_chaos "$@"
}
