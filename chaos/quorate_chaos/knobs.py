"""Settings by chance: tiny thresholds make rare paths common, and no two seeds have the same."""

from random import Random

# Segments of the log, its flushes and snapshots in pieces come by the hundred in a short run.
_CHOICES: dict[str, list[str]] = {
    "tick": ["20ms", "30ms", "50ms"],
    "heartbeat-ticks": ["1", "2"],
    "election-ticks": ["8", "10", "15"],
    "quiet-after-ticks": ["10", "40", "200"],
    "rebalance-interval": ["300ms", "2s", "10s"],
    "workers": ["1", "2"],
    "log-segment-bytes": ["64KiB", "256KiB", "4MiB"],
    "log-spare-segments": ["0", "1", "2"],
    "log-flush-bytes": ["1MiB", "4MiB", "64MiB"],
    "log-cache-bytes": ["4KiB", "64KiB", "16MiB"],
    "memtable-bytes": ["64KiB", "1MiB", "32MiB"],
    "snapshot-chunk-bytes": ["1KiB", "16KiB", "256KiB"],
    "hedge-reads": ["0", "100", "1000"],
    "block-cache-bytes": ["1MiB", "128MiB"],
}
_ALWAYS = {"log-segment-bytes": "1MiB", "disk-reserve-bytes": "64MiB"}


def settings(random: Random) -> dict[str, str]:
    """Of every kvd of a run. Each knob is turned in half of the runs."""
    turned = {
        name: random.choice(values) for name, values in _CHOICES.items() if random.random() < 0.5
    }
    return {**_ALWAYS, **turned}
