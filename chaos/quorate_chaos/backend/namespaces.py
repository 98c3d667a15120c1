"""Network namespaces without root: one tree of our own, a namespace for each host on its bridge.

Nothing of it has a name outside. A namespace lives while a process is in it; each is held by a
process of ours that the kernel ends with the conductor, so there is nothing to clean up after a
crash.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

from ..clock import eventually
from ..errors import ChaosError
from ..process import TIED, Process

BRIDGE = "br0"
COMMAND_SECONDS = 20
SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin"
SLEEP = ("sleep", "infinity")
_ISOLATED = ["unshare", "--user", "--map-root-user", "--net", "--mount"]

_PROBE = """set -e
ip link set lo up
ip link add br0 type bridge
ip link add c0 type veth peer name c1
nft add table inet chaos
"""


def tool(name: str) -> str:
    found = shutil.which(name, path=SEARCH)
    if found is None:
        raise ChaosError(f"{name} is not installed: apt-get install iproute2 nftables util-linux")
    return found


def why_not() -> str:
    """Empty if namespaces, bridges and rules can be had here; else the reason."""
    try:
        for name in ("ip", "nft", "unshare", "nsenter"):
            tool(name)
    except ChaosError as error:
        return str(error)
    trial = subprocess.run(
        [*_ISOLATED, "sh", "-c", _PROBE],
        env={**os.environ, "PATH": SEARCH},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    if trial.returncode == 0:
        return ""
    said = (trial.stderr.strip().splitlines() or ["no reason told"])[0]
    return (
        f"no rights for network namespaces: {said} (sysctl kernel.unprivileged_userns_clone=1 "
        "and user.max_user_namespaces allow them, where the machine is yours)"
    )


class Namespace:
    """One network namespace, held by a process of ours."""

    def __init__(
        self,
        enter: Sequence[str],
        output: Path,
        hold: Sequence[str] = SLEEP,
        stdin: socket.socket | None = None,
    ) -> None:
        """`enter` makes the namespace and runs `hold` there, which keeps it."""
        self.holder = Process([*enter, *TIED, *hold], output, stdin=stdin)
        self._hold = b"".join(os.fsencode(word) + b"\0" for word in hold)
        # Before exec the holder is still where we are.
        held = eventually(lambda: self._is_held() or not self.holder.running, 10, every=0.005)
        if not held or not self.holder.running:
            said = output.read_text(errors="replace").strip()
            raise ChaosError(f"a network namespace could not be made: {said}")

    def _is_held(self) -> bool:
        try:
            return Path(f"/proc/{self.holder.pid}/cmdline").read_bytes() == self._hold
        except OSError:
            return False

    def enter(self, command: Sequence[str]) -> list[str]:
        """The command inside: same files, same user, other network. Paths must be absolute."""
        return [
            *(tool("nsenter"), "--target", str(self.holder.pid), "--user", "--mount", "--net"),
            *("--preserve-credentials", *TIED, *command),
        ]

    def run(self, command: Sequence[str], text: str = "") -> CompletedProcess[str]:
        try:
            return subprocess.run(
                self.enter([tool(command[0]), *command[1:]]),
                input=text,
                capture_output=True,
                text=True,
                timeout=COMMAND_SECONDS,
                process_group=0,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ChaosError(
                f"{' '.join(command)} took more than {COMMAND_SECONDS} s: is the machine overloaded?"
            ) from error

    def must(self, command: Sequence[str]) -> None:
        ran = self.run(command)
        if ran.returncode != 0:
            raise ChaosError(f"{' '.join(command)}: {ran.stderr.strip()}")


class Tree:
    """A bridge, and the hosts at it: each a namespace with one address of 10.77.0.0/24."""

    def __init__(self, folder: Path) -> None:
        self._output = folder / "namespaces.log"
        self.root: Namespace | None = None
        self.hosts: dict[str, Namespace] = {}

    def open(self) -> None:
        self.root = Namespace(_ISOLATED, self._output)
        for command in (
            ["ip", "link", "set", "lo", "up"],
            ["ip", "link", "add", BRIDGE, "type", "bridge", "forward_delay", "0"],
            ["ip", "link", "set", BRIDGE, "up"],
        ):
            self.root.must(command)

    def add(
        self,
        name: str,
        address: str,
        hold: Sequence[str] = SLEEP,
        stdin: socket.socket | None = None,
    ) -> None:
        """A host; `hold`: the program that keeps its namespace, which may read `stdin`."""
        assert self.root, "open() comes first"
        enter = self.root.enter([tool("unshare"), "--net"])
        host = Namespace(enter, self._output, hold, stdin)
        self.hosts[name] = host
        peer = ["peer", "name", "eth0", "netns", str(host.holder.pid)]
        self.root.must(["ip", "link", "add", f"v-{name}", "type", "veth", *peer])
        self.root.must(["ip", "link", "set", f"v-{name}", "master", BRIDGE, "up"])
        host.run(["sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"])
        host.must(["ip", "link", "set", "lo", "up"])
        host.must(["ip", "address", "add", f"{address}/24", "dev", "eth0"])
        host.must(["ip", "link", "set", "eth0", "up"])

    def close(self) -> None:
        """Whoever is still in there is ended first by its owner; then the kernel forgets it."""
        for host in self.hosts.values():
            host.holder.kill()
        self.hosts.clear()
        if self.root:
            self.root.holder.kill()
            self.root = None
