"""The page itself: whole, self-contained, and there for runs that went wrong."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from quorate_chaos.report import write_report
from quorate_chaos.report.__main__ import main
from report_runs import FAULTS, STALE_READ, fault, write_json, write_run


class Balanced(HTMLParser):
    """Fails on a tag that is closed but not open, or the other way round."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag


def page_of(folder: Path) -> str:
    page = write_report(folder).read_text()
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    return page


def test_a_page_tells_verdict_faults_and_the_command_to_have_it_again(tmp_path):
    page = page_of(write_run(tmp_path / "run"))
    assert "Every level kept its promise" in page
    assert "./dev chaos --backend netns --scenario test_a_leader_cut_off --seed 7" in page
    assert "each key is linearizable" in page and "17 stale reads" in page
    assert "312 packets dropped" in page
    assert "Smaller side" in page


def test_a_page_needs_nothing_else(tmp_path):
    page = page_of(write_run(tmp_path / "run", anomaly=STALE_READ))
    assert not re.search(r'(src|href)=|@import|url\((?!#)', page)
    assert re.findall(r"https?://[^\s\"'<]+", page) == ["http://www.w3.org/2000/svg"]


def test_a_fault_that_did_not_take_hold_is_marked_void(tmp_path):
    assert "VOID slow-link n3" in page_of(write_run(tmp_path / "void"))
    bit = write_run(tmp_path / "bit", faults=FAULTS[:2])
    assert "VOID" not in page_of(bit)


def test_an_anomaly_is_drawn_with_values_and_what_never_returned(tmp_path):
    page = page_of(write_run(tmp_path / "run", anomaly=STALE_READ, result="anomaly"))
    assert "A promise was broken" in page
    for words in ("put v2 → ok (v9)", "put v3 if version 8 → no answer", "✗ get → v1 (v8)",
                  "never returned"):
        assert words in page


def test_two_hundred_thousand_operations_stay_below_five_megabytes(tmp_path):
    folder = write_run(tmp_path / "run", operations=200_000, clients=100)
    assert 1000 < len(page_of(folder)) < 5_000_000


def test_five_hundred_faults_stay_below_five_megabytes(tmp_path):
    faults = [fault("isolate", "n1 | n2 n3", ["n1"], at * 0.04, at * 0.04 + 0.03)
              for at in range(500)]
    page = page_of(write_run(tmp_path / "run", operations=20_000, faults=faults))
    assert "Of 500 faults the 60 with the longest silences" in page
    assert len(page) < 5_000_000


def test_an_empty_folder_says_what_is_missing(tmp_path):
    page = page_of(tmp_path)
    for name in ("run.json", "load.json", "verdict.json", "faults.jsonl", "history/"):
        assert name in page
    assert "No operation was recorded" in page


@pytest.mark.parametrize("name", ["run.json", "load.json", "verdict.json", "faults.jsonl"])
@pytest.mark.parametrize("content", [None, "", "{", "[1]", "\x00\xff{}\n7\n"])
def test_each_file_may_be_missing_or_broken(tmp_path, name, content):
    folder = write_run(tmp_path / "run", operations=60)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    page = page_of(folder)
    assert name in page or (name == "faults.jsonl" and "No fault was made" in page)


def test_malformed_lines_of_a_history_are_counted_and_the_rest_is_drawn(tmp_path):
    folder = write_run(tmp_path / "run", operations=60)
    with (folder / "history" / "lin.jsonl").open("a") as out:
        out.write('{"client":\n{"client":1,"op":"get"}\n')
    page = page_of(folder)
    assert "1 lines can&#x27;t be read" in page
    assert "1 lines are neither operations nor final reads" in page
    assert "LINEARIZABLE" in page


def test_a_run_without_operations_is_drawn_with_its_faults(tmp_path):
    folder = write_run(tmp_path / "run", operations=0, result="void")
    for file in (folder / "history").glob("*"):
        file.write_text("")
    page = page_of(folder)
    assert "No operation was recorded" in page and "isolate" in page


def test_what_a_run_says_of_itself_is_text_and_never_markup(tmp_path):
    evil = "<script>alert(1)</script>"
    folder = write_run(tmp_path / "run", operations=60,
                       faults=[fault(evil, evil, [evil], 1, 2)],
                       anomaly=dict(STALE_READ, text=evil, kind=evil, key=evil))
    write_json(folder / "run.json", {"title": evil, "command": evil, "why": evil, "result": evil,
                                     "nodes": [{"name": evil}]})
    assert "<script>alert" not in page_of(folder)


def test_a_folder_that_is_none_is_a_plain_error(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["report", str(tmp_path / "absent")])
    assert main() == 1
    assert "is no folder of a run" in capsys.readouterr().err
