"""A slow wire: copies Ethernet frames between two interfaces, some milliseconds late.

usage: wire.py INTERFACE INTERFACE CLIENTS_ADDRESS DELAY_MS JITTER_MS COUNT_FILE

Frames of the clients' address, and what is not IPv4, go through at once. Order is kept.
"""

import heapq
import os
import random
import select
import socket
import sys
import time

ALL_PROTOCOLS = 0x0003
SOL_PACKET, PACKET_VNET_HDR = 263, 15  # of <linux/if_packet.h>
# Before each frame stands what the sender's kernel left for a card to do: checksums, cutting into
# segments. It goes along, or every frame would arrive broken.
HEADER = 10
TYPE = slice(HEADER + 12, HEADER + 14)
SOURCE, TARGET = slice(HEADER + 26, HEADER + 30), slice(HEADER + 30, HEADER + 34)
FRAME_BYTES = 1 << 17
IPV4 = b"\x08\x00"
WAITING_MAX = 20_000  # then frames are lost, as in any full queue


class Wire:
    """Two packet sockets and what is under way between them."""

    def __init__(self, names: list[str], clients: str, delay: float, jitter: float) -> None:
        self._clients = socket.inet_aton(clients)
        self._delay, self._jitter = delay, jitter
        self._sockets = [self._open(name) for name in names]
        self._waiting: list[tuple[float, int, int, bytes]] = []
        self._last = [0.0, 0.0]
        self._number = 0
        self.delayed = 0

    @staticmethod
    def _open(name: str) -> socket.socket:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        opened.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        opened.bind((name, ALL_PROTOCOLS))
        opened.setblocking(False)
        return opened

    def turn(self) -> None:
        now = time.monotonic()
        wait = max(0.0, self._waiting[0][0] - now) if self._waiting else 0.2
        ready, _, _ = select.select(self._sockets, [], [], min(wait, 0.2))
        for here in ready:
            self._take(self._sockets.index(here))
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, to, frame = heapq.heappop(self._waiting)
            self._send(to, frame)

    def _take(self, here: int) -> None:
        for _ in range(64):
            try:
                frame, address = self._sockets[here].recvfrom(FRAME_BYTES)
            except BlockingIOError:
                return
            if address[2] == socket.PACKET_OUTGOING:
                continue
            there = 1 - here
            if self._at_once(frame):
                self._send(there, frame)
            elif len(self._waiting) < WAITING_MAX:
                self._hold(there, frame)

    def _at_once(self, frame: bytes) -> bool:
        return frame[TYPE] != IPV4 or self._clients in (frame[SOURCE], frame[TARGET])

    def _hold(self, there: int, frame: bytes) -> None:
        due = time.monotonic() + self._delay + random.uniform(-self._jitter, self._jitter)
        self._last[there] = due = max(due, self._last[there])
        self._number += 1
        self.delayed += 1
        heapq.heappush(self._waiting, (due, self._number, there, frame))

    def _send(self, there: int, frame: bytes) -> None:
        try:
            self._sockets[there].send(frame)
        except OSError:
            pass  # no room: lost, and sent again by whoever sent it


def main() -> None:
    first, second, clients, delay_ms, jitter_ms, count_file = sys.argv[1:]
    wire = Wire([first, second], clients, float(delay_ms) / 1e3, float(jitter_ms) / 1e3)
    count = os.open(count_file, os.O_WRONLY)
    told, next_told = 0, 0.0
    while True:
        wire.turn()
        if wire.delayed != told and time.monotonic() >= next_told:
            told, next_told = wire.delayed, time.monotonic() + 0.05
            os.pwrite(count, str(told).encode(), 0)


if __name__ == "__main__":
    main()
