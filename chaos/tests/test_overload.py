"""What a flood's proof makes of what the nodes counted."""

from quorate_chaos.faults.overload import Counts, added


def test_each_node_adds_what_it_counted_since() -> None:
    before = {"n1": Counts(100, 10), "n2": Counts(50, 0)}
    after = {"n1": Counts(300, 60), "n2": Counts(60, 5)}
    assert added(before, after) == Counts(210, 55)


def test_who_was_restarted_meanwhile_takes_nothing_away() -> None:
    before = {"n1": Counts(100, 10), "n2": Counts(8000, 900)}
    after = {"n1": Counts(300, 60), "n2": Counts(200, 3)}
    assert added(before, after) == Counts(400, 53)
