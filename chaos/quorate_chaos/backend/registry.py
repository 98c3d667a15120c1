"""The backends by name."""

from ..errors import ChaosError
from .base import Backend
from .loopback import LoopbackBackend

NAMES = ("loopback", "netns", "compose")


def backend_class(name: str) -> type[Backend]:
    """Imported when asked for, so that one backend's needs are not another's."""
    if name == "loopback":
        return LoopbackBackend
    if name == "netns":
        from .netns import NetnsBackend

        return NetnsBackend
    if name == "compose":
        from .compose import ComposeBackend

        return ComposeBackend
    raise ChaosError(f"no backend '{name}'; there are: {', '.join(NAMES)}")
