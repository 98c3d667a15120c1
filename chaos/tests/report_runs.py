"""Makes folders of runs that never ran, so that the report can be tried on any of them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

SECOND = 1_000_000
NODES = ("n1", "n2", "n3")
JOBS = (
    {"name": "lin", "workload": "register", "read": "LINEARIZABLE", "write": "QUORUM"},
    {"name": "one", "workload": "register", "read": "ONE", "write": "ONE"},
)


def fault(kind: str, what: str, nodes: list[str], begin: float, end: float,
          bit: bool = True) -> dict[str, Any]:
    return {"fault": kind, "what": what, "nodes": nodes, "begin_us": int(begin * SECOND),
            "end_us": int(end * SECOND), "bit": bit,
            "proof": "312 packets dropped" if bit else "no packet dropped"}


FAULTS = [
    fault("isolate", "n1 | n2 n3", ["n1"], 4, 8),
    fault("pause", "n2", ["n2"], 11, 13),
    fault("slow-link", "n3", ["n3"], 15, 16.5, bit=False),
]


def write_run(path: Path, operations: int = 4000, seconds: int = 20,
              faults: list[dict[str, Any]] | None = None, clients: int = 12,
              result: str = "passed", anomaly: dict[str, Any] | None = None) -> Path:
    """A run of two jobs on three nodes; each cut-off node refuses what needs a quorum."""
    faults = FAULTS if faults is None else faults
    (path / "history").mkdir(parents=True)
    write_json(path / "run.json", {
        "scenario": "test_a_leader_cut_off", "seed": 7, "backend": "netns",
        "title": "A leader that is cut off stops answering, and the others go on",
        "command": "./dev chaos --backend netns --scenario test_a_leader_cut_off --seed 7",
        "begin_us": 0, "end_us": (seconds + 3) * SECOND,
        "nodes": [{"name": name, "zone": zone} for name, zone in zip(NODES, "abc")],
        "phases": [{"name": "load", "begin_us": 0, "end_us": seconds * SECOND},
                   {"name": "heal", "begin_us": seconds * SECOND,
                    "end_us": (seconds + 3) * SECOND}],
        "machine": {"cores": 2, "memory_gib": 24, "kernel": "6.1.0"}, "version": "0.1.0",
        "result": result, "why": ""})
    jobs = [dict(job, clients=clients) for job in JOBS]
    write_json(path / "load.json", {"seed": 7, "jobs": jobs})
    lines = [json.dumps(each) for each in faults]
    (path / "faults.jsonl").write_text("".join(f"{line}\n" for line in lines))
    for index, job in enumerate(JOBS):
        chance = random.Random(index)
        with (path / "history" / f"{job['name']}.jsonl").open("w") as out:
            head = {"history": 2, "job": job["name"], "workload": "register", "policy": "",
                    "mode": "raft" if index == 0 else "quorum", "replicas": 3}
            out.write(json.dumps(head) + "\n")
            for op in _operations(job, chance, operations // len(JOBS), seconds, clients, faults):
                out.write(json.dumps(op, separators=(",", ":")) + "\n")
            out.write('{"key":"k0","partition":1,"replicas":["n1","n2","n3"]}\n')
            out.write('{"replica":"n1","key":"k0","value":"x","version":3}\n')
    write_json(path / "verdict.json", {
        "verdict": result, "levels": [
            {"job": job["name"], "mode": "raft", "read": job["read"], "write": job["write"],
             "promise": "each key is linearizable" if index == 0 else "no promise but liveness",
             "checked": operations // 2, "anomalies": 1 if anomaly and index == 0 else 0,
             "allowed": 17 * index, "allowed_what": "stale reads" if index else "",
             "verdict": "anomaly" if anomaly and index == 0 else "passed", "seconds": 0.4}
            for index, job in enumerate(JOBS)],
        "anomalies": [anomaly] if anomaly else []})
    return path


def look(at: float, *moves: tuple[str, int, str, str, int | None], waiting: int = 0
         ) -> dict[str, Any]:
    """A line of moves.jsonl; of each move keyspace, partition, from, to, bytes sent."""
    shown = [{"keyspace": keyspace, "partition": partition, "from": source, "to": target,
              "sent_bytes": sent, "total_bytes": None}
             for keyspace, partition, source, target, sent in moves]
    return {"at_us": int(at * SECOND), "waiting": waiting, "moves": shown}


# Two replicas come to n4, one after the other; of the second nobody saw a byte.
LOOKS = [
    look(5, ("lin", 3, "n1", "n4", None), waiting=1),
    look(6, ("lin", 3, "n1", "n4", 100_000), waiting=1),
    look(7, ("lin", 3, "n1", "n4", 300_000), ("", 1, "", "n4", None)),
    look(8, ("", 1, "", "n4", None)),
    look(9),
]


def write_looks(path: Path, looks: list[dict[str, Any]]) -> Path:
    """Into the folder of a run."""
    lines = [json.dumps(each) for each in looks]
    (path / "moves.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return path


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1))


def _operations(job: dict[str, str], chance: random.Random, number: int, seconds: int,
                clients: int, faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    each = max(1, number // clients)
    names = iter(range(clients, 10**9))
    for place in range(clients):
        client, now = place, chance.randrange(20_000)
        asked = NODES[place % len(NODES)]
        pace = seconds * SECOND / each
        while now < seconds * SECOND:
            op, took = _operation(job, chance, client, asked, now, faults)
            found.append(op)
            if op["outcome"] == "unknown":
                client = next(names)
            now += took + int(pace * chance.uniform(0.3, 1.1))
    return found


def _operation(job: dict[str, str], chance: random.Random, client: int, asked: str, now: int,
               faults: list[dict[str, Any]]) -> tuple[dict[str, Any], int]:
    read = chance.random() < 0.5
    took = int(chance.lognormvariate(7.2 if read else 7.9, 0.5))
    outcome = "done"
    cut = [f for f in faults if f["bit"] and f["begin_us"] <= now < f["end_us"]]
    if any(f["fault"] == "pause" and asked in f["nodes"] for f in cut):
        outcome, took = "unknown", 2 * SECOND
    elif any("|" in f["what"] and asked in f["nodes"] for f in cut) and job["read"] != "ONE":
        outcome, took = ("failed", int(chance.uniform(150_000, 250_000)))
        if not read and chance.random() < 0.15:
            outcome, took = "unknown", 2 * SECOND
    elif cut and now - cut[0]["begin_us"] < 600_000:
        took += int(chance.uniform(0, 900_000))
    level = job["read"] if read else job["write"]
    op: dict[str, Any] = {"client": client, "op": "get" if read else "put", "key": f"k{client % 4}",
                          "level": level, "target": asked, "node": asked, "invoke_us": now,
                          "return_us": now + took, "outcome": outcome}
    if not read:
        op["value"] = f"v{now}"
    if outcome == "done":
        op["result"] = {"found": True, "value": "x"} if read else {"version": now}
    return op, took


STALE_READ = {
    "job": "lin", "read": "LINEARIZABLE", "write": "QUORUM", "kind": "not linearizable",
    "key": "k1", "begin_us": 4_200_000, "end_us": 4_300_000,
    "wrong": 3,
    "text": "key k1: get by client 9 returned v1, but v2 was acknowledged before it began",
    "operations": [
        {"client": 3, "op": "put", "key": "k1", "value": "v1", "invoke_us": 3_900_000,
         "return_us": 3_901_900, "outcome": "done", "target": "n1", "result": {"version": 8}},
        {"client": 5, "op": "put", "key": "k1", "value": "v2", "invoke_us": 4_200_000,
         "return_us": 4_240_000, "outcome": "done", "target": "n2", "result": {"version": 9}},
        {"client": 7, "op": "put", "key": "k1", "value": "v3", "if": {"version": 8},
         "invoke_us": 4_230_000, "outcome": "unknown", "target": "n1"},
        {"client": 9, "op": "get", "key": "k1", "invoke_us": 4_250_000, "return_us": 4_251_000,
         "outcome": "done", "target": "n1", "result": {"found": True, "value": "v1", "version": 8}},
    ],
}
