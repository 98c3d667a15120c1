"""Ports that a compose cluster may publish on this machine."""

import os
import socket

from ..errors import ChaosError

# What deploy/compose publishes, by the last two digits: five nodes' API and HTTP, and Prometheus.
LAST_DIGITS = (0, 2, 10, 12, 20, 22, 30, 32, 40, 42, 90)


def free_first_digits() -> int:
    """The first digits (QUORATE_PORTS) such that nobody listens on any of those ports.

    Below where the kernel takes ports for outgoing connections from; others for other conductors.
    """
    for offset in range(200):
        digits = 100 + (os.getpid() * 7 + offset) % 200
        if not any(_taken(digits * 100 + last) for last in LAST_DIGITS):
            return digits
    raise ChaosError("of ports 10000 to 29999 no hundred is free for a compose cluster")


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
