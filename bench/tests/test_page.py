"""The page of a run of kvbench: `python3 -m pytest bench/tests -c chaos/pytest.ini`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser

from quorate_bench.page import page_of
from results import ratio, results

VOID = {"meta", "br"}


class Checked(HTMLParser):
    """Each element is closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def told(page: str) -> str:
    return " ".join(Checked(page).words)


def test_it_is_whole_and_needs_nothing_from_elsewhere():
    page = page_of(results())
    Checked(page)
    assert not re.search(r"""(src|href)=|@import|https?://""", page)


def test_it_counts_the_goals_and_names_what_is_missing():
    words = told(page_of(results()))
    assert "3 of 4 goals reached" in words
    assert "Redis is not installed" in words
    assert "AMD EPYC <1>" in words
    assert "/usr/bin/kvd --data-dir '/tmp/a & b'" in words


def test_each_figure_has_its_counters_beside_it():
    page = page_of(results())
    row = r"<td>{}</td>.*?31 \+ 17 \+ 14.*?<td[^>]*>2.5</td><td[^>]*>{}</td>"
    assert re.search(row.format("get, 64 in flight", "–"), page), "no flush is shared by none"
    assert re.search(row.format("streamed put, 64 a message", "164"), page)
    points = [point for curve in results()["curves"]["curves"] for point in curve["points"]]
    assert page.count("31 + 17 + 14") == len(points) + 2


def test_a_load_that_lasts_tells_its_first_and_its_last_third():
    page = page_of(results())
    assert re.search(r"<td[^>]*>80.000</td><td[^>]*>60.000</td><td[^>]*>0.75</td>", page)
    assert "11.2" in told(page)


def test_a_ratio_right_of_its_line_reached_its_goal():
    def median_x(of: dict) -> float:
        drawn = {"machine": results()["machine"], "suite": {**results()["suite"], "ratios": [of]}}
        return float(re.search(r'<rect x="([\d.]+)"[^>]*class="median', page_of(drawn)).group(1))

    line = 260 / 2 - 2.5
    assert median_x(ratio("more is better", 2, at_least=1)) > line
    assert median_x(ratio("more is better", 0.9, at_least=1)) < line
    assert median_x(ratio("less is better", 0.4, at_most=0.5)) > line
    assert median_x(ratio("less is better", 0.6, at_most=0.5)) < line
    assert median_x(ratio("far beyond the strip", 1000, at_least=1)) < 260


def test_curves_rise_to_the_right():
    page = page_of(results())
    lines = re.findall(r'<path d="M([^"z]+)" class="line raft"/>', page)
    assert len(lines) >= 6, "reads and writes, three quantiles each"
    for points in lines:
        if "H" in points:
            continue  # of a legend
        steps = [tuple(map(float, point.split())) for point in points.split("L")]
        assert steps == sorted(steps)
        assert [y for _, y in steps] == sorted((y for _, y in steps), reverse=True)


def test_two_of_one_colour_differ_by_dashes():
    assert "line quorum dash1" in page_of(results())


def test_a_mix_is_a_row():
    page = page_of(results())
    assert re.search(r"<td>B in mode raft</td><td[^>]*>9.000 .*?</td><td[^>]*>4.2 ", page)
    assert ">p99, ms</th>" in page


def test_what_was_not_measured_is_left_out():
    page = page_of({"machine": results()["machine"], "experiments": []})
    assert "<svg" not in page
    assert "No goals" in told(page)


def test_a_contestant_that_answered_nothing_breaks_no_drawing():
    some = results()
    for point in some["curves"]["curves"][0]["points"]:
        for key in ("due_per_second", "per_second", "p50_us", "p99_us", "p999_us"):
            point[key] = {"low": 0, "median": 0, "high": 0}
    Checked(page_of(some))


def test_it_is_drawn_beside_the_results(tmp_path):
    file = tmp_path / "results.json"
    file.write_text(json.dumps(results()), encoding="utf-8")
    drawn = subprocess.run([sys.executable, "-m", "quorate_bench", file], capture_output=True,
                           text=True, check=True)
    page = tmp_path / "results.html"
    assert drawn.stdout.strip() == str(page)
    assert "goals reached" in page.read_text(encoding="utf-8")


def test_a_file_that_is_no_results_is_refused(tmp_path):
    file = tmp_path / "results.json"
    file.write_text("{", encoding="utf-8")
    drawn = subprocess.run([sys.executable, "-m", "quorate_bench", file], capture_output=True,
                           text=True, check=False)
    assert drawn.returncode == 1
    assert drawn.stderr.startswith("error: no page of")
