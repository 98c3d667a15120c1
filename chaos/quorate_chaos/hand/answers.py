"""What a node answered: of writes, reads and questions for a fate, and of what it refused."""

from dataclasses import dataclass, field

import grpc

from . import wire

LEVELS = [
    "", "ANY", "ONE", "TWO", "QUORUM", "LOCAL_QUORUM", "EACH_QUORUM", "ALL",
    "SESSION", "BOUNDED", "LEASE", "LINEARIZABLE",
]
FATES = ["", "applied", "failed", "never", "possible", "settled", "expired"]


@dataclass
class Answer:
    """Of a call that came back, or did not."""

    ok: bool = False
    reason: str = ""  # of an error
    applied: str = "unknown"  # of an error: no, yes, unknown
    version_held: int = 0  # of a condition that did not hold
    found: bool = False
    value: bytes = b""
    values: list[bytes] = field(default_factory=list)  # siblings, or elements
    version: int = 0
    context: bytes = b""
    achieved: str = ""
    acked_by: list[str] = field(default_factory=list)
    stale_us: int | None = None
    partition: int = 0
    fate: str = ""
    writer: int = 0


def of_error(error: grpc.RpcError) -> Answer:
    """google.rpc.Status in the trailing metadata: an ErrorInfo with reason and `applied`."""
    answer = Answer(reason=error.code().name)
    for key, raw in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        for detail in wire.all_data(wire.decode(raw), 3):
            one = wire.decode(detail)
            if not wire.data(one, 1).endswith(b"google.rpc.ErrorInfo"):
                continue
            info = wire.part(one, 2)
            answer.reason = wire.data(info, 1).decode()
            pairs = [wire.decode(pair) for pair in wire.all_data(info, 3)]
            told = {wire.data(pair, 1): wire.data(pair, 2).decode() for pair in pairs}
            answer.applied = told.get(b"applied", "unknown")
            answer.version_held = int(told.get(b"version", "0"))
    return answer


def _receipt(receipt: wire.Message, answer: Answer) -> Answer:
    answer.ok = True
    answer.achieved = LEVELS[wire.number(receipt, 2)]
    answer.acked_by = [f"n{node}" for node in wire.packed(receipt, 7)]
    answer.stale_us = wire.number(receipt, 9) if 9 in receipt else None
    answer.partition = wire.number(receipt, 11)
    return answer


def of_write(raw: bytes) -> Answer:
    message = wire.decode(raw)
    result = wire.part(message, 1)
    answer = Answer(version=wire.number(result, 1), context=wire.data(result, 4))
    return _receipt(wire.part(message, 2), answer)


def of_get(raw: bytes) -> Answer:
    message = wire.decode(raw)
    merged = wire.part(message, 6)
    siblings = [wire.data(wire.decode(one), 1) for one in wire.all_data(merged, 2)]
    answer = Answer(
        found=bool(wire.number(message, 1)),
        value=wire.data(message, 2),
        values=siblings + wire.all_data(merged, 3),
        version=wire.number(message, 3),
        context=wire.data(merged, 1),
    )
    return _receipt(wire.part(message, 4), answer)


def of_writer(raw: bytes) -> Answer:
    message = wire.decode(raw)
    return _receipt(wire.part(message, 2), Answer(writer=wire.number(message, 1)))


def of_resolve(raw: bytes) -> Answer:
    message = wire.decode(raw)
    answer = Answer(fate=FATES[wire.number(message, 1)])
    return _receipt(wire.part(message, 4), answer)
