"""Which word a run gets, and with which exit code the conductor ends."""

import json
from pathlib import Path

import pytest
from conductor import Conductor

from quorate_chaos.judge import EXIT_CODES, judge
from quorate_chaos.nemesis import Entry
from quorate_chaos.progress import lacking, read_progress

LEVEL = {
    **{"job": "lin", "mode": "raft", "read": "LINEARIZABLE", "write": "QUORUM"},
    **{"promise": "linearizable", "checked": 10, "anomalies": 0, "verdict": "passed"},
}
CLEAN = {"verdict": "passed", "levels": [LEVEL], "anomalies": []}
ANOMALY = {
    "verdict": "violated",
    "levels": [{**LEVEL, "anomalies": 1, "verdict": "violated"}],
    "anomalies": [{"job": "lin", "kind": "not linearizable", "text": "x was read before it was"}],
}
BIT = Entry("isolate", "n1 | n2 n3", ["n1"], 1, 2, True, "9 packets dropped")
NOT_BIT = Entry("isolate", "n1 | n2 n3", ["n1"], 1, 2, False, "0 packets dropped")


def test_so_many_faults_of_a_mixture_may_come_to_nothing_and_no_more() -> None:
    assert judge(CLEAN, "", "", [BIT, NOT_BIT], idle_max=1).word == "passed"
    assert judge(CLEAN, "", "", [NOT_BIT, NOT_BIT], idle_max=1).word == "void"


def test_a_clean_run_in_which_the_faults_bit_has_passed() -> None:
    assert judge(CLEAN, "", "", [BIT]).word == "passed"


def test_a_fault_that_did_not_take_hold_makes_the_run_void() -> None:
    result = judge(CLEAN, "", "", [BIT, NOT_BIT])
    assert result.word == "void"
    assert "0 packets dropped" in result.why


@pytest.mark.parametrize("levels", [[], [{**LEVEL, "checked": 0}]])
def test_a_run_in_which_nothing_was_checked_is_void(levels: list) -> None:
    assert judge({**CLEAN, "levels": levels}, "", "", [BIT]).word == "void"


def test_an_anomaly_is_one_whatever_else_went_wrong() -> None:
    result = judge(ANOMALY, "n1 differs", "register: nothing done", [NOT_BIT])
    assert result.word == "anomaly"
    assert "x was read before it was" in result.why


def test_an_anomaly_that_is_only_counted_is_one_too() -> None:
    assert judge({**ANOMALY, "anomalies": []}, "", "", [BIT]).word == "anomaly"


def test_what_kvcheck_gave_up_on_has_not_passed() -> None:
    level = {**LEVEL, "verdict": "undecided"}
    told = {"verdict": "undecided", "levels": [level], "anomalies": []}
    assert judge(told, "", "", [BIT]).word == "undecided"


def test_replicas_that_stay_different_have_not_converged() -> None:
    assert judge(CLEAN, "n1 differs in key a", "", [BIT]).word == "not-converged"


def test_a_run_in_which_nothing_got_on_has_not_passed() -> None:
    assert judge(CLEAN, "", "lin: only 3 of kind get done", [BIT]).word == "no-progress"


def test_every_word_has_an_exit_code_of_its_own_and_only_passed_has_zero() -> None:
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert [word for word, code in EXIT_CODES.items() if code == 0] == ["passed"]


def test_progress_is_asked_of_each_kind_of_operation_and_after_the_healing(tmp_path: Path) -> None:
    file = tmp_path / "lin.jsonl"
    lines = [{"history": 2, "job": "lin"}]
    for at in range(300):
        lines.append({"op": "get", "outcome": "done", "invoke_us": at})
        lines.append({"op": "put", "outcome": "unknown" if at > 2 else "done", "invoke_us": at})
    for at in range(9):
        lines.append({"op": "delete", "outcome": "done", "invoke_us": at})
    file.write_text("\n".join(json.dumps(line) for line in lines))
    progress = read_progress([file])
    assert "only 3 of kind put done" in lacking(progress, 0)
    assert lacking(progress, 0, least=3) == "", "nine deletes are all that were asked for"
    assert "no write done after all was healed" in lacking(progress, 20, least=3)


VOID = """
from loads import register
from quorate_chaos.faults.base import Fault, Proof

class Toothless(Fault):
    name = "toothless"

    def begin(self, cluster, random):
        self.what = "nothing at all"

    def end(self, cluster):
        pass

    def proof(self, cluster):
        return Proof(False, "nobody noticed")

def test_something(trial):
    trial.under(register())
    trial.suffers(Toothless(), seconds=0.1)
    trial.passes(least_done=1)
"""


def test_a_scenario_whose_fault_has_no_proof_fails_as_void(tmp_path: Path) -> None:
    code, said = Conductor(tmp_path, VOID).run("--backend", "loopback", "--seed", "3")
    assert code == EXIT_CODES["void"], said
    assert "toothless did not take hold (nothing at all): nobody noticed" in said
    told = json.loads((tmp_path / "runs" / "test_something-3" / "run.json").read_text())
    assert told["result"] == "void"


DIES = """
import os, signal
from loads import register

def test_something(trial):
    cluster = trial.under(register())
    os.kill(cluster.backend.pid("n2"), signal.SIGABRT)
    trial.calm(5)
    trial.passes()
"""


def test_a_node_that_ends_by_itself_is_an_error(tmp_path: Path) -> None:
    code, said = Conductor(tmp_path, DIES).run("--backend", "loopback", "--seed", "3")
    assert code == EXIT_CODES["error"], said
    assert "n2 ended by itself" in said
    assert "134" in said, said
    assert "Traceback" not in said
