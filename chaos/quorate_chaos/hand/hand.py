"""The client: it asks one node at a time for one thing, at once or awaited later."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from ..clock import now_us
from ..cluster import Cluster
from ..errors import ChaosError
from ..load import Job
from . import answers, wire
from .answers import LEVELS, Answer

_SERVICE = "/quorate.v1.Kv/"
_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Writer:
    """Under whose numbers writes happen once, however often they are sent."""

    number: int
    partition: int

    def identity(self, sequence: int) -> list[wire.Field]:
        return [(1, self.number), (2, sequence), (3, 1), (4, self.partition)]


class Told:
    """One operation, under way or answered. `answer` waits for it."""

    def __init__(self, line: dict[str, Any], call: Any, read: Callable[[bytes], Answer]) -> None:
        self.line = line
        self._call, self._read = call, read
        self._returned_us = 0
        self._answer: Answer | None = None
        call.add_done_callback(self._done)

    def _done(self, call: Any) -> None:
        self._returned_us = now_us()

    @property
    def ended(self) -> bool:
        return bool(self._call.done())

    @property
    def took_seconds(self) -> float:
        """From asking to the answer; after it."""
        return float(self._returned_us - self.line["invoke_us"]) / 1e6

    @property
    def answer(self) -> Answer:
        if self._answer is None:
            try:
                self._answer = self._read(self._call.result())
            except grpc.FutureCancelledError:
                self._answer = Answer(reason="CANCELLED")
            except grpc.RpcError as error:
                self._answer = answers.of_error(error)
            self._returned_us = self._returned_us or now_us()
        return self._answer

    def forget(self) -> None:
        """The answer is lost on its way, as far as this client is concerned."""
        self._call.cancel()
        self._answer = Answer(reason="CANCELLED")

    def settle(self, fate: str) -> None:
        """What became of it, as a node said when asked: only `applied` and `never` say enough."""
        if fate == "applied":
            self._answer, self._returned_us = Answer(ok=True), now_us()
        elif fate == "never":
            self._answer = Answer(applied="no")

    def recorded(self) -> dict[str, Any]:
        answer, line = self.answer, dict(self.line)
        refused = "if" in line and answer.reason == "CONDITION_FAILED"
        if answer.ok or refused:
            done = {"return_us": self._returned_us, "outcome": "done"}
            return {**line, **done, "result": self._result(answer, refused)}
        failed = line["op"] == "get" or answer.applied == "no"
        return {**line, "outcome": "failed" if failed else "unknown", "error": answer.reason}

    def _result(self, answer: Answer, refused: bool) -> dict[str, Any]:
        if refused:
            version = {"version": answer.version_held} if answer.version_held else {}
            return {"success": False, "found": bool(answer.version_held), **version}
        if self.line["op"] != "get":
            version = {"version": answer.version} if answer.version else {}
            return {**version, **({"success": True} if "if" in self.line else {})}
        result: dict[str, Any] = {"found": answer.found}
        if answer.found and answer.values:
            result["values"] = [value.decode() for value in answer.values]
        elif answer.found:
            result["value"] = answer.value.decode()
        if answer.found and answer.version:
            result["version"] = answer.version
        if answer.stale_us is not None:
            result["stale_us"] = answer.stale_us
        return result


class Hand:
    """A client in a keyspace of its own. Only where the conductor reaches nodes: on loopback."""

    def __init__(self, cluster: Cluster, job: Job) -> None:
        self.cluster, self.job = cluster, job
        self._asked: list[Told] = []
        self._finals: list[dict[str, Any]] = []
        self._channels: list[Any] = []
        flags = job.keyspace_flags(len(cluster.nodes))
        cluster.make_keyspace(job.name, *flags, raft=job.mode == "raft")

    # --- what it asks

    def begin_put(self, node: str, key: str, value: str, **options: Any) -> Told:
        """Options: level, seconds, writer and sequence, absent (only if it is), context and what it
        has `replaced`; `again`: the operation that this is, sent once more."""
        line = {"op": "put", "key": key, "value": value}
        return self._write(node, line, (2, value), **options)

    def put(self, node: str, key: str, value: str, **options: Any) -> Told:
        told = self.begin_put(node, key, value, **options)
        _ = told.answer
        return told

    def delete(self, node: str, key: str, **options: Any) -> Told:
        told = self._write(node, {"op": "delete", "key": key}, (3, 1), **options)
        _ = told.answer
        return told

    def begin_add(self, node: str, key: str, delta: int, **options: Any) -> Told:
        line = {"op": "add", "key": key, "delta": delta}
        return self._write(node, line, (4, wire.zigzag(delta)), **options)

    def add(self, node: str, key: str, delta: int, **options: Any) -> Told:
        told = self.begin_add(node, key, delta, **options)
        _ = told.answer
        return told

    def begin_get(self, node: str, key: str, level: str = "", **options: Any) -> Told:
        """`ladder`: levels, each with its budget in seconds, in place of one level."""
        level = level or self.job.read
        name, bound_us = _level(level)
        seconds = options.get("seconds", 3.0)
        rungs: list[wire.Field] = [
            (2, [(1, LEVELS.index(rung)), (3, int(budget * 1e6))])
            for rung, budget in options.get("ladder", [])
        ]
        asked: list[wire.Field] = [
            (1, self.job.name), (2, key),
            (3, None if rungs else LEVELS.index(name)), (4, [(1, bound_us or None), *rungs]),
        ]
        line = {"op": "get", "key": key, "level": level}
        return self._ask(node, "Get", asked, line, answers.of_get, seconds)

    def get(self, node: str, key: str, level: str = "", **options: Any) -> Told:
        """Of a ladder the level is recorded that the answer says was reached."""
        told = self.begin_get(node, key, level, **options)
        if told.answer.ok and options.get("ladder"):
            told.line["level"] = told.answer.achieved
        return told

    def writer(self, node: str, key: str, seconds: float = 5.0) -> Writer:
        """Opens one in the key's partition. Raises ChaosError if it is not to be had in time."""
        until = time.monotonic() + seconds
        while True:
            asked: list[wire.Field] = [(1, self.job.name), (2, key)]
            answer = self._send(node, "OpenWriter", asked, answers.of_writer, 1.0).answer
            if answer.ok:
                return Writer(answer.writer, answer.partition)
            if time.monotonic() > until:
                raise ChaosError(f"{node} opens no writer: {answer.reason}")
            time.sleep(_AGAIN_SECONDS)

    def begin_resolve(
        self, node: str, writer: Writer, sequence: int, seconds: float = 3.0
    ) -> Told:
        """The answer's fate: applied, never, ...; empty if this could not be told."""
        asked: list[wire.Field] = [
            (1, self.job.name), (2, writer.partition), (3, writer.number), (4, sequence),
        ]
        return self._send(node, "Resolve", asked, answers.of_resolve, seconds)

    def resolve(self, node: str, writer: Writer, sequence: int, seconds: float = 3.0) -> str:
        return self.begin_resolve(node, writer, sequence, seconds).answer.fate

    def until(self, ask: Callable[[], Told], seconds: float = 10.0) -> Told:
        """Asks again until it is done; each time is an operation of its own."""
        until = time.monotonic() + seconds
        while not (told := ask()).answer.ok:
            if time.monotonic() > until:
                raise ChaosError(f"{self.job.name}: {told.line} is refused: {told.answer.reason}")
            time.sleep(_AGAIN_SECONDS)
        return told

    def read_replicas(self, seconds: float = 8.0) -> None:
        """What each node holds in the end, once all hold the same or the time is over."""
        keys = sorted({told.line["key"] for told in self._asked})
        until = time.monotonic() + seconds
        while True:
            held = {node: self._held(node, keys) for node in self.cluster.nodes}
            if len({json.dumps(lines) for lines in held.values()}) == 1:
                break
            if time.monotonic() > until:
                break
            time.sleep(_AGAIN_SECONDS)
        for node, lines in held.items():
            self._finals += [{"replica": node, **line} for line in lines or [{}]]

    def _held(self, node: str, keys: list[str]) -> list[dict[str, Any]]:
        lines = []
        for key in keys:
            told = self.get(node, key, "ONE")
            self._asked.pop()
            if told.answer.ok and told.answer.found:
                lines.append({"key": key, "value": told.answer.value.decode()})
        return lines

    # --- how

    def _write(self, node: str, line: dict[str, Any], action: wire.Field, **options: Any) -> Told:
        level = options.get("level") or self.job.write
        writer, sequence = options.get("writer"), options.get("sequence", 1)
        condition: list[wire.Field] | None = None
        if options.get("absent"):
            condition, line["if"] = [(1, 1)], {"absent": True}
        if "replaced" in options:
            line["replaced"] = options["replaced"]
        mutation: list[wire.Field] = [
            (1, line["key"]), action, (5, condition), (7, options.get("context")),
        ]
        asked: list[wire.Field] = [
            (1, self.job.name), (2, mutation), (3, LEVELS.index(level)),
            (4, writer.identity(sequence) if writer else None),
        ]
        line["level"] = level
        seconds = options.get("seconds", 3.0)
        again: Told | None = options.get("again")
        if again is None:
            return self._ask(node, "Mutate", asked, line, answers.of_write, seconds)
        sent = Told(line, self._call(node, "Mutate", asked, seconds), answers.of_write)
        if sent.answer.ok:
            again.settle("applied")
        return sent

    def _ask(
        self, node: str, method: str, fields: list[wire.Field], line: dict[str, Any],
        read: Callable[[bytes], Answer], seconds: float,
    ) -> Told:
        number = len(self._asked) + 1
        line = {"client": number, "target": node, "invoke_us": now_us(), **line}
        told = Told(line, self._call(node, method, fields, seconds), read)
        self._asked.append(told)
        return told

    def _send(
        self, node: str, method: str, fields: list[wire.Field],
        read: Callable[[bytes], Answer], seconds: float,
    ) -> Told:
        return Told({"invoke_us": 0}, self._call(node, method, fields, seconds), read)

    def _call(self, node: str, method: str, fields: list[wire.Field], seconds: float) -> Any:
        # A connection of its own for each call: an old one may lead to a process that is dead.
        channel = grpc.insecure_channel(
            self.cluster.backend.endpoint(node), options=[("grpc.use_local_subchannel_pool", 1)]
        )
        self._channels.append(channel)
        return channel.unary_unary(_SERVICE + method).future(
            wire.encode(fields), timeout=seconds, wait_for_ready=True
        )

    # --- what is left of it

    def write_history(self, folder: Path) -> None:
        """Waits for what is under way."""
        job, nodes = self.job, len(self.cluster.nodes)
        first = {
            "history": 2, "job": job.name, "workload": job.workload, "mode": job.mode,
            "policy": job.policy, "replicas": job.replicas or nodes,
        }
        lines = [first, *(told.recorded() for told in self._asked), *self._finals]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{job.name}.jsonl").write_text(text)

    def close(self) -> None:
        for channel in self._channels:
            channel.close()
        self._channels.clear()


def _level(words: str) -> tuple[str, int]:
    """BOUNDED(200ms): its name and its bound in microseconds."""
    name, _, bound = words.partition("(")
    return name, int(bound.removesuffix("ms)")) * 1000 if bound else 0
