"""Results as kvbench writes them, small and made up."""

from __future__ import annotations


def spread(median: float) -> dict[str, float]:
    return {"low": median * 0.8, "median": median, "high": median * 1.3}


def counters() -> dict:
    return {
        "servers_cpu_us": spread(62),
        "each_server_cpu_us": [spread(31), spread(17), spread(14)],
        "load_cpu_us": spread(28),
        "context_switches": spread(0.9),
        "operations_per_peer_message": spread(2.5),
        "operations_per_flush": spread(0),
        "flushes_per_second": spread(0),
        "failed": 0,
    }


def ratio(name: str, median: float, **goal: float) -> dict:
    made = {"name": name, "value": spread(median)}
    if goal:
        (kind, limit), = goal.items()
        reached = median <= limit if kind == "at_most" else median >= limit
        made["goal"] = {kind: limit, "reached": reached}
    return made


def curve(name: str, peak: float, fast_us: float) -> dict:
    points = []
    for share in (0.1, 0.25, 0.5, 0.75, 0.9, 1.0):
        slow = fast_us / (1.04 - share)
        points.append({
            "share": share,
            "due_per_second": spread(peak * share),
            "per_second": spread(peak * share),
            "p50_us": spread(slow),
            "p99_us": spread(slow * 4),
            "p999_us": spread(slow * 9),
            **counters(),
        })
    return {"name": name, "peak_per_second": spread(peak), "points": points}


def results() -> dict:
    return {
        "began": "2026-11-27T12:00:00+00:00",
        "machine": {"cores": 2, "processor": "AMD EPYC <1>", "load_average": 0.31,
                    "kernel": "6.1.0", "memory_bytes": 24 << 30},
        "programs": [{"name": "Quorate", "what": "3 nodes", "version": "kvd 0.1.0",
                      "command": "/usr/bin/kvd --data-dir '/tmp/a & b'"}],
        "missing": ["Redis is not installed"],
        "suite": {
            "rounds": 7,
            "slice_seconds": 2.0,
            "results": [{
                "name": "get, 64 in flight", "per_second": spread(23456), "p50_us": spread(812),
                "p99_us": spread(4100), **counters(),
            }],
            "ratios": [ratio("get / echo", 0.6, at_least=0.8),
                       ratio("leaderless get / raft's", 1.05),
                       ratio("put / etcd's", 4.4, at_least=4)],
        },
        "sustained": {
            "seconds": 60.0,
            "results": [{
                "name": "streamed put, 64 a message", "per_second": 70000.0,
                "first_third_per_second": 80000.0, "last_third_per_second": 60000.0,
                "p50_us": 900.0, "p99_us": 5200.0, "max_us": 48000.0, **counters(),
                "operations_per_flush": spread(164),
            }],
            "ratios": [ratio("streamed put / etcd's put at 256", 11.2)],
        },
        "curves": {
            "rounds": 3,
            "slice_seconds": 2.0,
            "curves": [curve("echo", 40000, 70), curve("get", 24000, 130),
                       curve("etcd-get", 12000, 210), curve("put", 13000, 500),
                       curve("leaderless-put-quorum", 11000, 420),
                       curve("leaderless-put-one", 14000, 310),
                       curve("stream-put", 78000, 900), curve("etcd-put", 6500, 800)],
            "ratios": [ratio("p99 at half of its own peak: put / etcd's", 0.41, at_most=0.5)],
        },
        "experiments": [{
            "title": "mixes",
            "method": "YCSB's shapes.",
            "figures": [{"name": f"{mix} in mode raft: {what}", "unit": unit, "value": spread(value),
                         "values": [value]}
                        for mix in "AB"
                        for what, unit, value in (("64 in flight", "operations/s", 9000),
                                                  ("p99", "ms", 4.2))],
        }, {
            "title": "failover",
            "method": "The leader is killed.",
            "figures": [{"name": "a key written again", "unit": "ms", "value": spread(180),
                         "values": [144, 180, 234], "goal": {"at_most": 1000, "reached": True}}],
        }],
    }
