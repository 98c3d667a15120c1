"""The alert rules: valid, tried one by one, and told of in the operations manual."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from quorate_chaos.binaries import ROOT
from quorate_chaos.containers.cli import Docker
from quorate_chaos.process import run

from cluster import TAG

FOLDER = ROOT / "deploy" / "prometheus"
NAMES = re.findall(r"- alert: (\w+)", (FOLDER / "alerts.yml").read_text())


BOUNDARIES = "boundaries_test.yml"
FOR = re.compile(r"(?<= for: )\d+")
THRESHOLD = re.compile(r"(?<= [<>] )\d+(\.\d+)?")


def promtool(docker: Docker, *arguments: str, folder: Path = FOLDER) -> str:
    """All that it says, by the Prometheus that the compose file starts."""
    command = [
        *("docker", "run", "--rm", "--network", "none", "--volume", f"{folder}:/rules:ro"),
        *("--workdir", "/rules", "--entrypoint", "promtool", f"quorate-prometheus:{TAG}"),
        *arguments,
    ]
    ran = run(docker.with_env(command, {}), seconds=60)
    return ran.stdout + ran.stderr


def test_prometheus_takes_the_rules(docker: Docker, images: None) -> None:
    assert f"{len(NAMES)} rules found" in promtool(docker, "check", "rules", "alerts.yml")
    config = promtool(docker, "check", "config", "--syntax-only", "prometheus.yml")
    assert "SUCCESS" in config, config


def test_rules_fire_when_they_should_and_not_before(docker: Docker, images: None) -> None:
    for tests in ("alerts_test.yml", BOUNDARIES):
        said = promtool(docker, "test", "rules", tests)
        assert "SUCCESS" in said, said


def times(factor: float) -> Callable[[re.Match[str]], str]:
    """Of nothing: away from it."""
    instead = "10" if factor > 1 else "-10"
    return lambda number: f"{float(number[0]) * factor:g}" if float(number[0]) else instead


@pytest.mark.parametrize(
    ("what", "becomes"),
    [
        (FOR, lambda _: "0"),
        (FOR, lambda duration: str(2 * int(duration[0]))),
        (THRESHOLD, times(1.5)),
        (THRESHOLD, times(0.9)),
    ],
    ids=["no for", "for twice as long", "threshold higher", "threshold lower"],
)
def test_no_duration_and_no_threshold_can_change_unnoticed(
    docker: Docker, images: None, tmp_path: Path, what: re.Pattern, becomes: Callable
) -> None:
    """All rules at once: none depends on another, and each has cases of its own that must fail."""
    rules = re.split(r"(?=- alert: )", (FOLDER / "alerts.yml").read_text())
    changed = {rule.split()[2] for rule in rules[1:] if what.search(rule)}
    assert len(changed) >= len(NAMES) / 2
    mutant = "".join(what.sub(becomes, rule) for rule in rules)
    (tmp_path / "alerts.yml").write_text(mutant)
    (tmp_path / BOUNDARIES).write_text((FOLDER / BOUNDARIES).read_text())
    tmp_path.chmod(0o755)
    said = promtool(docker, "test", "rules", BOUNDARIES, folder=tmp_path)
    noticed = set(re.findall(r'expr: .*alertname=\\?"(\w+)', said))
    assert changed - noticed == set()


def test_every_rule_has_a_test_and_a_line_in_the_manual() -> None:
    assert len(NAMES) > 20
    tried = (FOLDER / "alerts_test.yml").read_text()
    manual = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in NAMES if f'alertname="{name}"' not in tried] == []
    assert [name for name in NAMES if f"| `{name}` |" not in manual] == []
    written = set(re.findall(r"^\| `(Quorate\w+)` \|", manual, re.M))
    assert written == set(NAMES), "the manual tells of alerts that there are not"
