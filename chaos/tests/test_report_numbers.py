"""What the report counts, before anything is drawn."""

from pathlib import Path

from quorate_chaos.report.lanes import pack, spans, thin_out
from quorate_chaos.report.model import DONE, FAILED, READ, UNKNOWN, Fault, Op, Run, Series
from quorate_chaos.report.numbers import duration, quantile, share
from quorate_chaos.report.outages import find_outages
from quorate_chaos.report.sides import MAJORITY, MINORITY, minority_of, told_by_side

LIN = Series("raft", READ, "LINEARIZABLE")
NODES = ["n1", "n2", "n3"]


def op(begin: int, end: int | None, outcome: str = DONE, asked: str = "n1", client: int = 1) -> Op:
    return Op("lin", client, LIN, asked, "a", begin, end, outcome)


def cut(begin: int, end: int, what: str = "n1 | n2 n3", bit: bool = True) -> Fault:
    return Fault("isolate", what, ("n1",), begin, end, bit, "")


def run_of(ops: list[Op], faults: list[Fault], end: int = 20_000_000) -> Run:
    about = {"nodes": [{"name": name} for name in NODES]}
    return Run(Path(), about=about, ops=ops, faults=faults, begin=0, end=end)


def outage_of(ops: list[Op], fault: Fault):
    return find_outages(run_of(ops, [fault])).by_series[0][LIN]


def test_a_success_that_began_before_the_fault_does_not_end_the_outage():
    found = outage_of([op(900, 1_500), op(2_000, 5_000)], cut(1_000, 9_000))
    assert found.first_us == 4_000


def test_only_successes_end_an_outage():
    found = outage_of([op(1_100, 1_200, FAILED), op(1_300, 1_400, UNKNOWN), op(2_000, 3_000)],
                      cut(1_000, 9_000))
    assert (found.first_us, found.asked) == (2_000, 3)


def test_an_outage_that_only_healing_ends_is_told_as_such():
    assert outage_of([op(9_500, 9_900)], cut(1_000, 9_000)).only_healed
    assert not outage_of([op(1_500, 1_900)], cut(1_000, 9_000)).only_healed


def test_the_longest_silence_may_come_after_the_first_success():
    found = outage_of([op(1_000, 1_100), op(8_000, 8_500), op(8_600, 8_700)], cut(1_000, 9_000))
    assert (found.first_us, found.silence_us) == (100, 7_400)


def test_where_nothing_succeeded_the_silence_lasts_to_the_end_of_the_look():
    found = outage_of([op(1_100, 1_200, FAILED)], cut(1_000, 2_000))
    assert found.first_us is None
    assert found.silence_us == 1_000 + 5_000_000


def test_a_later_fault_ends_the_look_at_an_earlier_one():
    run = run_of([op(8_000_000, 8_000_100)], [cut(1_000_000, 2_000_000), cut(4_000_000, 9_000_000)])
    first, second = (each[LIN] for each in find_outages(run).by_series)
    assert (first.first_us, first.asked) == (None, 0)
    assert second.first_us == 4_000_100


def test_the_side_without_a_majority_is_the_minority():
    assert minority_of(cut(0, 1), NODES) == {"n1"}
    assert minority_of(cut(0, 1, "n1 n2 | n3 n4"), ["n1", "n2", "n3", "n4"]) == {
        "n1", "n2", "n3", "n4"}
    assert minority_of(cut(0, 1, "n2"), NODES) == frozenset()


def test_operations_count_to_the_side_of_the_node_asked_while_the_cut_lasts():
    ops = [op(500, 600), op(1_500, 1_700, FAILED), op(1_600, 1_800, asked="n2"),
           op(2_500, 2_600)]
    found = told_by_side(run_of(ops, [cut(1_000, 2_000)]))
    minority, majority = found[MINORITY][LIN], found[MAJORITY][LIN]
    assert minority.outcomes == {DONE: 0, FAILED: 1, UNKNOWN: 0}
    assert minority.time(FAILED, 0.5) == 200
    assert (minority.last_us, majority.last_us) == (None, 600)
    assert majority.outcomes == {DONE: 1, FAILED: 0, UNKNOWN: 0}


def test_a_cut_that_did_not_take_hold_has_no_sides():
    assert told_by_side(run_of([op(1_500, 1_700)], [cut(1_000, 2_000, bit=False)])) == {}


def test_a_client_takes_the_place_of_one_that_ended():
    run = run_of([op(0, 100, UNKNOWN, client=1), op(150, 200, client=9),
                  op(160, 210, client=10)], [])
    assert [[each.client for each in lane.ops] for lane in pack(run)] == [[1, 9], [10]]


def test_of_what_falls_into_one_bin_the_worst_is_drawn():
    lane = pack(run_of([op(0, 5), op(6, 8, UNKNOWN), op(50, 99)], []))[0]
    assert spans(lane, 0, 100, 10) == [(0, 1, 3), (5, 10, 1)]


def test_lanes_left_out_are_taken_evenly():
    lanes = pack(run_of([op(0, 100, client=each) for each in range(10)], []))
    assert [lane.ops[0].client for lane in thin_out(lanes, 5)] == [0, 2, 4, 6, 8]


def test_a_quantile_is_a_value_that_occurred():
    assert quantile([1, 2, 3, 4], 0.5) == 2
    assert quantile([1, 2, 3, 4], 0.99) == 4
    assert quantile(list(range(1, 101)), 0.99) == 99


def test_durations_have_few_digits_and_a_unit():
    told = [duration(us) for us in (850, 1_234, 99_960, 1_250_000, 125_000_000, 7_260_000_000)]
    assert told == ["850 µs", "1.2 ms", "100 ms", "1.2 s", "2 min 5 s", "2 h 1 min"]


def test_a_share_is_never_rounded_to_all_or_nothing():
    assert [share(1, 100_000), share(99_999, 100_000), share(3, 3), share(0, 3), share(0, 0)] == [
        "< 0.1 %", "> 99.9 %", "100 %", "0 %", "–"]
