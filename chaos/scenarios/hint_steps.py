"""How writes that are kept for replicas come into trouble: while kept, and while handed over."""

from random import Random

from loads import merged_counter, merged_elements

from quorate_chaos.backend.base import Link
from quorate_chaos.cluster import Cluster, links_between
from quorate_chaos.faults.kills import Kill
from quorate_chaos.faults.partitions import Partition, ReplicasCutOff
from quorate_chaos.trial import Trial

HINTED = "hinted"  # the job: of one partition, at three of five nodes
# What is written at ANY is kept while no replica can be reached; each addition counts once.
KEPT = merged_counter(
    name=HINTED, read="ONE", write="ANY", clients=10, keys=16, rotate_after=40, partitions=1
)
# At QUORUM nothing is.
REFUSED_ALONE = merged_elements(name=HINTED, clients=10, partitions=1)
KEEPS_SECONDS = 2.5  # until nodes say of the others that they are not there, and some more
HANDS_OVER_SECONDS = 0.3  # after the cut: so many are kept that it takes longer


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


def kept(trial: Trial) -> ReplicasCutOff:
    """Nodes without a replica keep writes, and go on doing so until this is ended."""
    trial.nemesis.begin(cut := ReplicasCutOff(HINTED))
    trial.calm(KEEPS_SECONDS)
    return cut


def writes_are_kept(trial: Trial) -> None:
    for _ in range(2):
        trial.nemesis.end(kept(trial))
        trial.calm(1)


def keepers_die(trial: Trial) -> None:
    """While they keep."""
    for _ in range(2):
        cut = kept(trial)
        trial.suffers(KillThese(cut.nodes), seconds=0.5, calm=0.5)
        trial.nemesis.end(cut)
        trial.calm(2)


def keepers_die_and_whom_they_asked_stays_away(trial: Trial) -> None:
    """In the midst of handing over: others must not be asked for what that one may have done."""
    for _ in range(2):
        cut = kept(trial)
        trial.nemesis.end(cut)
        trial.calm(HANDS_OVER_SECONDS)
        # A keeper that knows no better asks them in this order.
        trial.nemesis.begin(away := KillThese(cut.replicas[:1]))
        trial.suffers(KillThese(cut.nodes), seconds=0.2, calm=2.5)
        trial.nemesis.end(away)
        trial.calm(2)


def replicas_die_unheard(trial: Trial) -> None:
    """They take what was kept, and are asked again, for nobody heard it."""
    for _ in range(2):
        cut = kept(trial)
        trial.nemesis.end(cut)
        trial.calm(HANDS_OVER_SECONDS)
        trial.nemesis.begin(unheard := Unheard(cut.replicas, cut.nodes))
        trial.calm(1)
        trial.suffers(KillThese(cut.replicas), seconds=0.2, calm=1)
        trial.nemesis.end(unheard)
        trial.calm(2)
