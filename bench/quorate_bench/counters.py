"""What operations cost, as columns of a table: `kvbench` writes the same beside every figure."""

from __future__ import annotations

from .words import number

HEAD = ["servers’ CPU µs", "load’s CPU µs", "context switches",
        "operations a message between nodes", "operations a disk flush", "disk flushes a second",
        "failed"]
ABOUT = (
    "CPU time and switches are an operation’s share, of all processes that serve it, each one’s "
    "CPU behind their sum; flushes are what the kernel counts of the disks, whoever asked."
)


def cells(row: dict) -> list[str]:
    return [
        _servers(row),
        number(row["load_cpu_us"]["median"]),
        number(row["context_switches"]["median"]),
        _shared(row["operations_per_peer_message"]),
        _shared(row["operations_per_flush"]),
        number(row["flushes_per_second"]["median"]),
        number(row["failed"]),
    ]


def _servers(row: dict) -> str:
    each = row["each_server_cpu_us"]
    told = number(row["servers_cpu_us"]["median"])
    if len(each) < 2:
        return told
    parts = " + ".join(number(server["median"]) for server in each)
    return f'{told} <span class="range">{parts}</span>'


def _shared(value: dict[str, float]) -> str:
    return number(value["median"]) if value["median"] else "–"
