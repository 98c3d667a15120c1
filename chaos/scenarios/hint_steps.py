"""How writes that are kept for replicas come into trouble: while kept, and while handed over."""

from random import Random

from loads import merged_counter, merged_elements

from quorate_chaos.backend.base import Link
from quorate_chaos.clock import eventually
from quorate_chaos.cluster import Cluster, links_between
from quorate_chaos.errors import ChaosError
from quorate_chaos.faults.kills import Kill
from quorate_chaos.faults.partitions import Partition, ReplicasCutOff
from quorate_chaos.metrics import total
from quorate_chaos.trial import Trial

HINTED = "hinted"  # the job: of one partition, at three of five nodes
# What is written at ANY is kept while no replica can be reached; each addition counts once.
KEPT = merged_counter(
    name=HINTED, read="ONE", write="ANY", clients=10, keys=16, rotate_after=40, partitions=1
)
# At QUORUM nothing is.
REFUSED_ALONE = merged_elements(name=HINTED, clients=10, partitions=1)
NOTICED_SECONDS = 2.5  # by then nodes say of the others that they are not there
AWAITED_SECONDS = 30.0
MANY = 500  # take a while to be handed over, one by one


class KillThese(Kill):
    """Of nodes that are chosen already."""

    def __init__(self, nodes: list[str]) -> None:
        super().__init__()
        self._chosen = nodes

    def victims(self, cluster: Cluster, random: Random) -> list[str]:
        return self._chosen


class Unheard(Partition):
    """The ones hear the others, and say nothing that these hear."""

    name = "unheard"
    needs = "one-way"

    def __init__(self, ones: list[str], others: list[str]) -> None:
        super().__init__()
        self._ones, self._others = ones, others

    def shape(self, cluster: Cluster, random: Random) -> set[Link]:
        self.nodes = self._ones
        self.what = f"{' '.join(self._others)} do not hear {' '.join(self._ones)}"
        return {link for link in links_between(self._ones, self._others) if link[0] in self._ones}


def hints(trial: Trial, nodes: list[str]) -> float:
    """How many writes they keep."""
    return sum(total(trial.cluster.metrics(node), "quorate_hints") for node in nodes)


def cut_off(trial: Trial) -> ReplicasCutOff:
    """From now on, until it is ended, nodes without a replica reach none."""
    trial.nemesis.begin(cut := ReplicasCutOff(HINTED))
    trial.calm(NOTICED_SECONDS)
    return cut


def kept(trial: Trial) -> ReplicasCutOff:
    """Likewise, and there they keep many writes."""
    cut = cut_off(trial)
    if not eventually(lambda: hints(trial, cut.nodes) >= MANY, AWAITED_SECONDS):
        raise ChaosError(f"{' '.join(cut.nodes)} keep no {MANY} writes")
    return cut


def handed_over(trial: Trial, cut: ReplicasCutOff) -> None:
    """Ends the cut and returns in the midst of it; new ones are no longer kept then."""
    most = hints(trial, cut.nodes)
    trial.nemesis.end(cut)

    def fewer() -> bool:
        nonlocal most
        now = hints(trial, cut.nodes)
        most, fell = max(most, now), now < most
        return fell

    if not eventually(fewer, AWAITED_SECONDS):
        raise ChaosError(f"of {most:.0f} kept writes none was handed over")


def writes_are_kept(trial: Trial) -> None:
    for _ in range(2):
        trial.nemesis.end(cut_off(trial))
        trial.calm(1)


def keepers_die(trial: Trial) -> None:
    """While they keep."""
    for _ in range(2):
        cut = kept(trial)
        trial.suffers(KillThese(cut.nodes), seconds=0.5, calm=0.5)
        trial.nemesis.end(cut)
        trial.calm(2)


def keepers_die_and_whom_they_asked_stays_away(trial: Trial) -> None:
    """In the midst of handing over: others must not be asked for what that one has done."""
    for _ in range(2):
        cut = kept(trial)
        handed_over(trial, cut)
        trial.nemesis.begin(keepers := KillThese(cut.nodes))
        trial.calm(0.3)  # for what they have asked last
        # Most likely one of them; the third is left to be asked.
        trial.nemesis.begin(away := KillThese(cut.replicas[:2]))
        trial.nemesis.end(keepers)
        trial.calm(3)
        trial.nemesis.end(away)
        trial.calm(2)


def replicas_die_unheard(trial: Trial) -> None:
    """They take what was kept, and are asked again, for nobody heard it."""
    for _ in range(2):
        cut = kept(trial)
        handed_over(trial, cut)
        trial.nemesis.begin(unheard := Unheard(cut.replicas, cut.nodes))
        trial.calm(1)
        trial.suffers(KillThese(cut.replicas), seconds=0.2, calm=1)
        trial.nemesis.end(unheard)
        trial.calm(2)
