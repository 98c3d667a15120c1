"""The deliberate bugs that real processes can show: for each, what load and faults show it."""

from collections.abc import Callable

import moments_deposed as deposed
import moments_late as late
import moments_leaderless as without
import moments_raft as ordered
import moments_registers as registers
from broken_moves import BROKEN_MOVES
from hint_steps import (
    KEPT,
    REFUSED_ALONE,
    keepers_die,
    keepers_die_and_whom_they_asked_stays_away,
    replicas_die_unheard,
    writes_are_kept,
)
from loads import (
    ballots,
    bounded,
    counter,
    elements,
    expiring,
    merged_counter,
    merging,
    newest,
    register,
    sessions,
    siblings,
)
from moments import PauseThis
from shown import (
    LONG_LEASES,
    PATIENT,
    ROOMY_LOGS,
    SHORT_TICKS,
    TINY_LOGS,
    Shown,
    Steps,
    by_hand,
)

from quorate_chaos.faults.base import Fault
from quorate_chaos.faults.clocks import Skew
from quorate_chaos.faults.disk_syncs import SlowSyncs
from quorate_chaos.faults.kills import Kill, KillAll, KillLeader
from quorate_chaos.faults.late_frames import held_from
from quorate_chaos.faults.links import Slow
from quorate_chaos.faults.partitions import Isolate, IsolateLeader
from quorate_chaos.faults.pauses import PauseLeader
from quorate_chaos.trial import Trial


def suffering(*makers: Callable[[], Fault], times: int = 2, seconds: float | None = None) -> Steps:
    """These together, and some calm; so many times."""

    def steps(trial: Trial) -> None:
        for _ in range(times):
            trial.suffers(*(make() for make in makers), seconds=seconds)

    return steps


def power_fails_while_syncs_are_slow(trial: Trial) -> None:
    """What waits for the disk is lost. Whoever told of it before has told too much."""
    for _ in range(2):
        slow = [SlowSyncs(node, slow_ms=400) for node in trial.cluster.nodes]
        for one in slow:
            trial.nemesis.begin(one)
        trial.calm(1.5)
        trial.nemesis.begin(dark := KillAll())
        for one in slow:
            trial.nemesis.end(one)
        trial.nemesis.end(dark)
        trial.calm(1)


def leaders_wake_up_alone(trial: Trial) -> None:
    """A leader stands still, another is elected, and when it goes on nobody can tell it."""
    for _ in range(3):
        trial.nemesis.begin(alone := IsolateLeader())
        trial.nemesis.begin(still := PauseThis(alone.nodes[0]))
        trial.calm(1.2)
        trial.nemesis.end(still)
        trial.calm(1)
        trial.nemesis.end(alone)
        trial.calm(1)


def a_clock_is_an_hour_ahead(trial: Trial) -> None:
    trial.suffers(Skew(trial.random.choice(trial.cluster.nodes), seconds=3600), seconds=4)


def clocks_differ(trial: Trial) -> None:
    trial.suffers(Skew(trial.random.choice(trial.cluster.nodes), seconds=-4), seconds=5)


SHOWN = [
    Shown(
        "ack-before-sync", "acknowledges before it has synced",
        [elements(), register(clients=3)], power_fails_while_syncs_are_slow, disks=True,
    ),
    Shown(
        "skip-read-index-round", "answers reads though it is deposed",
        [register(clients=9, keys=2)], leaders_wake_up_alone, tries=6, settings=SHORT_TICKS,
    ),
    Shown(
        "count-unreachable", "counts who is not there, so that quorums do not meet",
        [newest(clients=9)], suffering(Isolate), quick=True,
    ),
    Shown(
        "read-unapplied", "reads what it has not applied yet",
        [register(clients=9, keys=2)], suffering(Kill), quick=True,
    ),
    Shown(
        "ignore-session", "reads without what the session has seen",
        [sessions()], suffering(PauseLeader),
    ),
    Shown(
        "session-ignored-without-leader", "without a leader reads without what the session has seen",
        [sessions(mode="quorum", policy="lww", write="ONE")], suffering(Isolate),
    ),
    Shown(
        "register-reads-any", "reads a register at one replica",
        [ballots(clients=9)], suffering(Isolate),
    ),
    Shown(
        "merge-by-adding", "merges two counters by adding",
        [merged_counter()], suffering(Isolate),
    ),
    Shown(
        "apply-known-writes-again", "does a write again that comes twice",
        [counter(clients=9)], suffering(KillLeader, times=3),
    ),
    Shown(
        "hint-counts", "counts itself for a replica that it keeps a write for",
        [REFUSED_ALONE], writes_are_kept, nodes=5,
    ),
    Shown(
        "forget-hints", "forgets with its death what it keeps for others",
        [KEPT], keepers_die, nodes=5,
    ),
    Shown(
        "hints-forget-holder", "forgets with its death whom it asked to take a write",
        [KEPT], keepers_die_and_whom_they_asked_stays_away, nodes=5, tries=5,
    ),
    Shown(
        "hints-forget-number", "forgets with its death which kept writes it has taken",
        [KEPT], replicas_die_unheard, nodes=5,
    ),
    Shown(
        "ttl-from-local-clock", "lets keys expire by its own clock",
        [expiring()], clocks_differ, clocks=True,
    ),
    Shown(
        "follow-own-calendar", "stamps by a calendar that all others contradict",
        [newest(clients=6), merging(clients=4)], a_clock_is_an_hour_ahead, clocks=True,
    ),
    Shown(
        "drop-tombstones-early", "forgets what was deleted before all know",
        [newest(clients=6), siblings(clients=6)], suffering(Isolate, times=3),
    ),
    Shown(
        "raise-past-hole", "takes a write for seen that never came",
        [merging(clients=6), newest("ONE", "ONE")], suffering(Isolate, Kill, times=3),
    ),
    by_hand(
        "leaderless-ack-before-sync", "without a leader acknowledges before it has synced",
        without.acknowledged_and_lost, disks=True,
    ),
    by_hand(
        "tell-before-sync", "tells before it has synced", without.told_and_lost, disks=True,
    ),
    by_hand(
        "receipt-counts-self", "names itself in a receipt before it has synced",
        without.named_and_lost, disks=True,
    ),
    by_hand(
        "rows-at-coordinator", "tells no replica which operation a write is",
        without.asked_of_those_who_are_left, disks=True,
    ),
    by_hand(
        "trust-older-writers", "does a write of before a restart once more",
        without.sent_again_to_who_forgot, disks=True,
    ),
    by_hand(
        "leaderless-forget-fences", "forgets with a crash what it told never to be",
        without.never_and_then_a_crash,
    ),
    by_hand(
        "yield-silently", "tells no journal that it lost a write", without.conflicts_in_silence,
    ),
    by_hand("remove-unseen", "removes what nobody has seen", without.unseen_is_kept),
    by_hand(
        "register-never-without-round", "says never of what one acceptor has",
        registers.never_without_asking, disks=True, settings=LONG_LEASES,
    ),
    by_hand(
        "register-rows-tell-all", "says applied of what one acceptor has",
        registers.told_by_one, disks=True, settings=LONG_LEASES,
    ),
    by_hand(
        "register-answers-at-once", "lets a condition fail by what nobody will read",
        registers.answered_too_early, disks=True, settings=LONG_LEASES,
    ),
    by_hand(
        "register-retries-blindly", "proposes a value again that may have been chosen",
        registers.proposed_once_more, disks=True, settings=LONG_LEASES, tries=6,
    ),
    by_hand(
        "register-begins-though-fenced", "begins a write that was told never to be",
        registers.begun_after_never, settings=LONG_LEASES,
    ),
    by_hand(
        "register-ignores-promises", "brings registers what a promise forbids",
        registers.promised_and_overrun, disks=True, settings=LONG_LEASES,
    ),
    by_hand(
        "lease-kept-over-transfer", "counts on its lease after it told another to campaign",
        ordered.told_to_campaign, settings=LONG_LEASES,
    ),
    by_hand(
        "trust-paused-clock", "counts on its lease after its clock stood still",
        ordered.clock_that_stood_still, settings=LONG_LEASES, clocks=True,
    ),
    by_hand(
        "break-promise-with-connection", "breaks a promise with a connection",
        ordered.connections_that_break, settings=LONG_LEASES, tries=6,
    ),
    by_hand(
        "forget-fences", "does a write that was told never to be", ordered.fenced_on_its_way,
        points={"KVD_STALL_AT": "request-after-taken", "KVD_STALL_FOR": "2s"},
    ),
    by_hand(
        "forget-vote", "forgets with a crash for whom it voted", ordered.voted_and_died,
        tries=6,
        # Handovers make the elections in which it shows.
        settings={**LONG_LEASES, "tick": "50ms", "rebalance-interval": "2s"},
    ),
    by_hand(
        "bound-while-behind", "takes a state for new though it lacks what others have",
        without.read_while_it_is_behind,
    ),
    by_hand(
        "trust-log-tail", "goes on with a log that has lost its end", deposed.log_that_lost_its_end,
        settings=ROOMY_LOGS,
    ),
    by_hand(
        "lease-from-confirmation", "counts its lease from when it was confirmed",
        deposed.promises_that_come_late, settings=LONG_LEASES, disks=True,
    ),
    by_hand(
        "trust-heard-clock", "takes for seen what it has heard that others have seen",
        late.sent_before_what_was_heard, points=held_from("n1"), settings=PATIENT,
    ),
    by_hand(
        "count-old-term", "takes an older term's entry for committed by count",
        deposed.counted_in_an_older_term, disks=True, rate=2,
        settings={**LONG_LEASES, "tick": "150ms"},
    ),
    by_hand(
        "count-learner", "counts what learners acknowledge", ordered.acknowledged_by_learners,
        nodes=5, points={"KVD_LEARNERS": "2"}, settings=LONG_LEASES,
    ),
    by_hand("ladder-reports-asked", "names the first rung of a ladder", ordered.ladder_down),
    by_hand("receipt-counts-all", "names who has not confirmed", ordered.named_though_away),
    by_hand(
        "apply-twice", "applies twice what its state has", ordered.added_and_flushed,
        settings=TINY_LOGS,
    ),
    by_hand(
        "snapshot-forgets-writers", "has no writers in a snapshot",
        ordered.written_after_a_snapshot,
        settings=TINY_LOGS,
    ),
    Shown(
        "bound-from-receipt", "takes a state for as new as the word of it",
        [bounded("200ms", clients=9)], suffering(lambda: Slow(400), seconds=5), backend="netns",
    ),
    by_hand(
        "older-boot", "takes what was sent in an earlier life", late.sent_in_an_earlier_life,
        disks=True, points=held_from("n1"),
    ),
    by_hand(
        "resolve-in-one-phase", "says never though others have not heard of the latest life",
        late.sent_before_the_question,
        disks=True, points=held_from("n1", later_streams=True),
    ),
    by_hand(
        "register-forgets-floor", "leaves no ballot behind of what was deleted",
        late.sent_before_the_deletion, points=held_from("n1"),
    ),
    by_hand(
        "register-two-ballots", "tries what was overtaken again under its number",
        registers.overtaken_and_tried_again, disks=True, settings=LONG_LEASES,
    ),
    by_hand(
        "keep-boot", "is the same after a restart", without.numbers_used_again, disks=True,
    ),
    *BROKEN_MOVES,
]
