"""The alert rules: valid, tried one by one, and told of in the operations manual."""

import re

from quorate_chaos.binaries import ROOT
from quorate_chaos.containers.cli import Docker

from cluster import TAG

FOLDER = ROOT / "deploy" / "prometheus"
NAMES = re.findall(r"- alert: (\w+)", (FOLDER / "alerts.yml").read_text())


def promtool(docker: Docker, *arguments: str) -> str:
    """By the Prometheus that the compose file starts."""
    return docker.run(
        *("run", "--rm", "--network", "none", "--volume", f"{FOLDER}:/rules:ro"),
        *("--workdir", "/rules", "--entrypoint", "promtool", f"quorate-prometheus:{TAG}"),
        *arguments,
    )


def test_prometheus_takes_the_rules(docker: Docker, images: None) -> None:
    assert f"{len(NAMES)} rules found" in promtool(docker, "check", "rules", "alerts.yml")
    promtool(docker, "check", "config", "--syntax-only", "prometheus.yml")


def test_rules_fire_when_they_should_and_not_before(docker: Docker, images: None) -> None:
    assert "SUCCESS" in promtool(docker, "test", "rules", "alerts_test.yml")


def test_every_rule_has_a_test_and_a_line_in_the_manual() -> None:
    assert len(NAMES) > 20
    tried = (FOLDER / "alerts_test.yml").read_text()
    manual = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in NAMES if f'alertname="{name}"' not in tried] == []
    assert [name for name in NAMES if f"| `{name}` |" not in manual] == []
    written = set(re.findall(r"^\| `(Quorate\w+)` \|", manual, re.M))
    assert written == set(NAMES), "the manual tells of alerts that there are not"
