"""Hands sockets of its own network namespace to the conductor, which lives outside of it.

A socket belongs to the namespace of whoever made it, wherever it is used. Run as a program, this
makes one for each byte that it reads from descriptor 0 and passes it back.
"""

import socket
import struct


class Broker:
    """The conductor's side: connect() as if from inside."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._ours.settimeout(5)

    def connect(self, host: str, port: int) -> socket.socket:
        """Raises OSError as connecting does, within a second."""
        self._ours.send(b"s")
        _, descriptors, _, _ = socket.recv_fds(self._ours, 1, 1)
        made = socket.socket(fileno=descriptors[0])
        made.settimeout(1)
        try:
            made.connect((host, port))
        except OSError:
            made.close()
            raise
        return made

    def close(self) -> None:
        self._ours.close()
        self.theirs.close()


def serve() -> None:
    with socket.socket(fileno=0) as asked:
        while asked.recv(1):
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as made:
                # No TIME_WAIT of ours is in the way of anything: closing resets.
                made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                socket.send_fds(asked, [b"s"], [made.fileno()])


if __name__ == "__main__":
    serve()
