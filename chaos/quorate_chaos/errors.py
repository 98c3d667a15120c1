"""What can go wrong with the harness itself, each a plain message for whoever started it."""


class ChaosError(Exception):
    """The harness cannot go on; the text says what is wrong, with which value, and the way out."""


class Unsupported(ChaosError):
    """This machine or backend has not what a scenario needs: it is skipped, with this reason."""


class VoidRun(ChaosError):
    """Nothing was shown: a fault did not take hold, or nothing was checked."""
