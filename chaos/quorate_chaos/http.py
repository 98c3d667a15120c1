"""One GET over HTTP, within a second."""

import http.client
import socket
from collections.abc import Callable
from contextlib import closing


def get(
    host: str, port: int, path: str, connect: Callable[[str, int], socket.socket] | None = None
) -> str | None:
    """The body, or None unless the answer is 200. `connect`: where the socket comes from."""
    with closing(http.client.HTTPConnection(host, port, timeout=1)) as connection:
        try:
            if connect:
                connection.sock = connect(host, port)
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
        except (OSError, http.client.HTTPException, UnicodeDecodeError):
            return None
        return body if answer.status == 200 else None
