"""Where the CPU time of a load goes: by process and layer, with system calls, context switches and
allocations for each operation, and a flame graph. Needs perf, and the rights to use it.

  ./dev bench --profile put --in-flight 64
  ./dev bench --profile stream-put --streams 4 --window 4 --batch 64
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from . import flame, samples

WARM_UP_SECONDS = 3.0  # nodes come up, keys are filled in, caches are warm
WINDOW_SECONDS = 4.0
SPARE_SECONDS = 2.0
RATE = re.compile(r"^(\d+) per second", re.MULTILINE)
JEMALLOC = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"
PROBE = "quorate_allocates"
# Threads of kvd by what they are there for; gRPC names its own.
THREADS = {"nexting_thread": "gRPC", "default-executo": "gRPC", "grpc_global_tim": "gRPC",
           "kvd": "log and others", "kvbench": "main"}


class Run:
    """One load on nodes of its own, with perf beside it while all is warm."""

    def __init__(self, folder: Path, load: Sequence[str]) -> None:
        self.folder, self.load = folder, load
        self.nodes: list[int] = []
        self.client = 0

    def beside(self, perf: Sequence[str]) -> float:
        """Runs perf, given `{nodes}` and `{all}` as lists of processes; operations a second."""
        seconds = WARM_UP_SECONDS + WINDOW_SECONDS + SPARE_SECONDS
        program = Path(os.environ["QUORATE_BIN"]) / "kvbench"
        command = [str(program), "--nodes", "3", *self.load, "--seconds", str(seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bench:
            time.sleep(WARM_UP_SECONDS)
            self.client, self.nodes = bench.pid, _children(bench.pid, "kvd")
            lists = {"nodes": self.nodes, "all": [*self.nodes, self.client]}
            filled = [part.format(**{k: ",".join(map(str, v)) for k, v in lists.items()})
                      for part in perf]
            done = subprocess.run(
                ["perf", *filled, "--", "sleep", str(WINDOW_SECONDS)],
                capture_output=True, text=True, check=False,
            )
            said, _ = bench.communicate(timeout=60)
        rate = RATE.search(said)
        if bench.returncode != 0 or rate is None:
            raise SystemExit(f"error: kvbench {' '.join(self.load)} failed: {said.strip()}")
        if done.returncode != 0:
            raise SystemExit(f"error: perf {filled[0]}: {done.stderr.strip()[-400:]}")
        return float(rate[1])


def _children(pid: int, name: str) -> list[int]:
    listed = subprocess.run(
        ["pgrep", "-P", str(pid), "-x", name], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]


def count(run: Run, events: Sequence[str]) -> dict[str, float]:
    """Of all nodes, for each operation."""
    out = run.folder / "stat.json"
    rate = run.beside(["stat", "-j", "-o", str(out), "-p", "{nodes}", "-e", ",".join(events)])
    operations = rate * WINDOW_SECONDS
    counted = {}
    for line in out.read_text().splitlines():
        if line.startswith("{"):
            row = json.loads(line)
            counted[row["event"]] = float(row["counter-value"]) / operations
    return counted


def allocations(run: Run) -> float | None:
    """Calls of the nodes' allocator for each operation; None: no probe can be set."""
    probe = ["perf", "probe", "-q", "--no-demangle", "-x", JEMALLOC]
    # Of C and of C++: operator new, plain and aligned.
    for number, function in enumerate(("malloc", "_Znwm", "_ZnwmSt11align_val_t")):
        add = [*probe, "--add", f"{PROBE}_{number}={function}"]
        if subprocess.run(add, capture_output=True, check=False).returncode != 0:
            return None
    try:
        counted = count(run, [f"probe_libjemalloc:{PROBE}_*"])
    finally:
        subprocess.run(["perf", "probe", "-q", "-d", f"probe_libjemalloc:{PROBE}_*"], check=False)
    return sum(counted.values())


def profile(run: Run) -> tuple[dict[str, dict[str, float]], flame.Node]:
    """Microseconds of CPU for each operation, by process and layer; and the flame graph."""
    data = run.folder / "perf.data"
    hertz = 499
    rate = run.beside(["record", "-q", "-F", str(hertz), "--call-graph", "dwarf,16384", "-o",
                       str(data), "-p", "{all}"])
    root = flame.Node("all", "")
    counted: dict[str, Counter[str]] = {"nodes": Counter(), "load": Counter()}
    for sample in samples.read(data):
        process = "load" if sample.pid == run.client else "nodes"
        counted[process][sample.frames[-1].layer] += 1
        thread = THREADS.get(sample.thread, re.sub(r"[-:].*", "", sample.thread))
        root.add([(process, ""), (thread, ""),
                  *((frame.function, frame.layer) for frame in sample.frames)])
    data.unlink()
    each = 1e6 / hertz / (rate * WINDOW_SECONDS)
    costs = {process: {layer: number * each for layer, number in layers.most_common()}
             for process, layers in counted.items()}
    return costs, root


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./dev bench --profile", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("load", nargs=argparse.REMAINDER, help="one of kvbench's, with its flags")
    parser.add_argument("--out", type=Path, default=Path(".cache/bench/profile"))
    asked = parser.parse_args()
    if not asked.load:
        parser.error("which load? put, get, stream-put, stream-get: see kvbench --help")
    asked.out.mkdir(parents=True, exist_ok=True)
    run = Run(asked.out, asked.load)
    events = ["raw_syscalls:sys_enter", "context-switches", "task-clock"]
    counted = count(run, events)
    allocated = allocations(run)
    costs, root = profile(run)
    title = f"kvbench {' '.join(asked.load)}: CPU time of three nodes and the load"
    (asked.out / "flame.svg").write_text(flame.svg(root, title))
    told = {
        "load": asked.load,
        "per_operation": {
            "system_calls": counted["raw_syscalls:sys_enter"],
            "context_switches": counted["context-switches"],
            "nodes_cpu_us": counted["task-clock"] * 1000,
            "allocations": allocated,
        },
        "cpu_us_by_layer": costs,
    }
    (asked.out / "profile.json").write_text(json.dumps(told, indent=1) + "\n")
    tell(told)
    print(f"flame graph: {asked.out / 'flame.svg'}")
    return 0


def tell(told: dict) -> None:
    each = told["per_operation"]
    print(f"nodes, for each operation: {each['nodes_cpu_us']:.1f} µs of CPU, "
          f"{each['system_calls']:.2f} system calls, {each['context_switches']:.2f} context "
          f"switches, {'?' if each['allocations'] is None else round(each['allocations'], 1)} "
          "allocations")
    for process, layers in told["cpu_us_by_layer"].items():
        print(f"{process}: {sum(layers.values()):.1f} µs for each operation, by layer")
        for layer, cost in layers.items():
            print(f"  {cost:7.2f} µs  {100 * cost / sum(layers.values()):5.1f} %  {layer}")


if __name__ == "__main__":
    sys.exit(main())
