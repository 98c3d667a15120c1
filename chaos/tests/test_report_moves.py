"""What the report makes of replicas on their way."""

from pathlib import Path

from quorate_chaos.report.model import Fault, Run
from quorate_chaos.report.move_chart import stretches
from quorate_chaos.report.moves import moves_of, total_rates
from quorate_chaos.report.sides import minority_of
from report_runs import FAULTS, LOOKS, SECOND, fault, look, write_looks, write_run
from test_report_page import page_of


def seconds(*at: float) -> list[int]:
    return [int(each * SECOND) for each in at]


def test_a_move_lasts_from_the_look_that_shows_it_to_the_first_that_does_not():
    found = moves_of(LOOKS)
    assert [(move.name, move.keyspace) for move in found] == [
        ("p3 → n4", "lin"), ("p1 → n4", "(meta)")]
    assert [move.begin for move in found] == seconds(5, 7)
    assert [move.end for move in found] == seconds(8, 9)


def test_a_move_that_comes_again_is_another_one():
    once = ("lin", 3, "n1", "n4", 10)
    found = moves_of([look(1, once), look(2), look(3, once), look(4)])
    assert [move.begin for move in found] == seconds(1, 3)


def test_a_move_that_was_not_over_ends_with_the_last_look():
    assert moves_of([look(1, ("lin", 3, "n1", "n4", 10)),
                     look(2, ("lin", 3, "n1", "n4", 20))])[0].end == 2 * SECOND


def test_a_rate_is_what_came_between_two_looks():
    move = moves_of(LOOKS)[0]
    assert move.bytes == 300_000
    assert move.rates() == [(*seconds(5, 6), 100_000.0), (*seconds(6, 7), 200_000.0)]


def test_a_sender_that_begins_anew_is_not_slower_than_nothing():
    way = ("lin", 3, "n1", "n4")
    found = moves_of([look(1, (*way, 500)), look(2, (*way, 100)), look(3, (*way, 300))])[0]
    assert [rate for _, _, rate in found.rates()] == [100.0, 200.0]


def test_the_rates_of_all_moves_add_up_to_the_bytes_that_came():
    rates = total_rates(moves_of(LOOKS), 0, 10 * SECOND, 40)
    assert round(sum(rates) / 4) == 300_000
    assert rates[19] == 0 and rates[24] == 200_000


def test_moves_that_overlap_are_one_stretch():
    assert stretches(moves_of(LOOKS)) == [tuple(seconds(5, 9))]
    assert stretches([]) == []


def test_a_page_has_a_band_for_each_move_and_a_strip_under_each_latency(tmp_path: Path):
    page = page_of(write_looks(write_run(tmp_path / "run", operations=400), LOOKS))
    assert "lin p3 n1 → n4: 3.0 s; 293 KiB sent" in page
    assert "(meta) p1 n4: 2.0 s; from the log, or nothing yet" in page
    assert "2 moves of 2 partitions, 293 KiB seen to be sent" in page
    assert page.count("moves: 195 KiB/s") == 4, "reads and writes of two levels"


def test_where_nothing_moved_there_are_neither_bands_nor_complaints(tmp_path: Path):
    page = page_of(write_run(tmp_path / "run", operations=60))
    assert "Blue bands" not in page and "moves.jsonl" not in page


def test_looks_that_are_none_are_told(tmp_path: Path):
    folder = write_run(tmp_path / "run", operations=60)
    write_looks(folder, [{"at_us": 1, "moves": [7]}])
    assert "moves.jsonl: not what moved at each look" in page_of(folder)
    write_looks(folder, [{"moves": []}])
    assert "moves.jsonl: not what moved at each look" in page_of(folder)


def test_a_change_of_who_is_there_is_a_bar_and_no_shade(tmp_path: Path):
    join = dict(fault("join", "n4 joins by n1", ["n4"], 5, 9), change=True)
    changed = page_of(write_run(tmp_path / "changed", faults=[join]))
    assert 'class="bar change"' in changed and 'class="shade"' not in changed
    broken = page_of(write_run(tmp_path / "broken", faults=FAULTS[:1]))
    assert 'class="bar change"' not in broken and 'class="shade"' in broken


def test_a_cut_is_judged_by_the_nodes_that_were_there():
    nodes = [{"name": "n1"}, {"name": "n2"}, {"name": "n3", "until_us": 9},
             {"name": "n4", "from_us": 5}, {"name": "n5", "from_us": 8}]
    run = Run(Path(), about={"nodes": nodes})
    assert run.nodes_at(1) == ["n1", "n2", "n3"]
    assert run.nodes_at(8) == ["n1", "n2", "n3", "n4", "n5"]
    assert run.nodes_at(10) == ["n1", "n2", "n4", "n5"]
    cut = Fault("isolate", "n1 | n2 n3", ("n1",), 1, 2, True, "")
    assert minority_of(cut, run.nodes_at(cut.begin)) == {"n1"}
