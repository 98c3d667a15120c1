"""libdiskfaults.so by itself, under a small program that writes files."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from quorate_chaos.binaries import Binaries
from quorate_chaos.faults.disk_page import LOG, NO_LIMIT, DiskPage
from quorate_chaos.faults.preload import library
from quorate_chaos.faults.disk_unsynced import lose_unsynced

HELPERS = """
import os, sys
def write(name, data, sync=True, flags=os.O_CREAT | os.O_WRONLY):
    fd = os.open(name, flags, 0o644)
    os.write(fd, data)
    if sync: os.fsync(fd)
    os.close(fd)
def sync_folder(name='.'):
    fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(fd)
    os.close(fd)
"""


class Disk:
    """A root below which a program's writes go through the shim."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "data"
        self.root.mkdir()
        self.page = DiskPage(folder / "disk-faults")
        self.page["track_unsynced"] = 1

    def run(self, program: str) -> str:
        """What it prints; an OSError that it doesn't catch is printed as its name."""
        code = f"{HELPERS}\ntry:\n" + "".join(f"  {line}\n" for line in program.splitlines())
        code += "except OSError as e:\n  import errno; print(errno.errorcode[e.errno])\n"
        env = {"LD_PRELOAD": str(library(Binaries.default(), "disk-faults")),
               "QUORATE_DISK_FAULTS": str(self.page.path), "QUORATE_DISK_ROOT": str(self.root)}
        ran = subprocess.run([sys.executable, "-c", code], env={**os.environ, **env}, text=True,
                             cwd=self.root, capture_output=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def lose(self) -> str:
        return str(lose_unsynced(self.page, self.root))

    def held(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.root.iterdir() if path.is_file()}


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_what_was_appended_after_the_last_sync_is_lost(disk):
    disk.run("write('a', b'synced'); sync_folder()\n"
             "write('a', b' and not', sync=False, flags=os.O_WRONLY | os.O_APPEND)")
    assert disk.held() == {"a": "synced and not"}
    assert disk.lose() == "8 bytes of 1 files and 0 changes of names lost"
    assert disk.held() == {"a": "synced"}


def test_bytes_on_disk_before_the_book_was_opened_are_not_lost(disk):
    (disk.root / "a").write_text("old")
    disk.run("write('a', b' new', sync=False, flags=os.O_WRONLY | os.O_APPEND)")
    disk.lose()
    assert disk.held() == {"a": "old"}


def test_what_was_written_over_and_not_synced_is_as_it_was(disk):
    disk.run("write('a', b'0123456789'); sync_folder()\n"
             "fd = os.open('a', os.O_WRONLY)\n"
             "os.pwrite(fd, b'ab', 2); os.pwrite(fd, b'cd', 3); os.pwrite(fd, b'efgh', 8)")
    assert disk.held() == {"a": "01acd567efgh"}
    assert disk.lose() == "8 bytes of 1 files and 0 changes of names lost"
    assert disk.held() == {"a": "0123456789"}


def test_what_was_written_over_and_synced_stays(disk):
    disk.run("write('a', b'0123456789'); sync_folder()\n"
             "fd = os.open('a', os.O_WRONLY); os.pwrite(fd, b'ab', 2); os.fsync(fd)")
    disk.run("fd = os.open('a', os.O_WRONLY | os.O_DSYNC); os.pwrite(fd, b'cd', 4)")
    assert disk.lose() == "0 bytes of 0 files and 0 changes of names lost"
    assert disk.held() == {"a": "01abcd6789"}


def test_a_file_whose_folder_was_not_synced_is_lost_though_it_was(disk):
    disk.run("write('a', b'x'); sync_folder(); write('b', b'x')")
    disk.lose()
    assert disk.held() == {"a": "x"}


def test_a_rename_without_a_sync_of_the_folder_brings_both_names_back(disk):
    disk.run("write('a', b'old'); write('b', b'new'); sync_folder(); os.rename('b', 'a')")
    assert disk.held() == {"a": "new"}
    disk.lose()
    assert disk.held() == {"a": "old", "b": "new"}


def test_a_removal_without_a_sync_of_the_folder_brings_the_file_back(disk):
    disk.run("write('a', b'x'); sync_folder(); os.unlink('a')")
    assert disk.held() == {}
    disk.lose()
    assert disk.held() == {"a": "x"}


def test_nothing_is_lost_of_what_was_synced_with_its_folder(disk):
    disk.run("write('a', b'1'); write('b', b'2'); write('c', b'3'); sync_folder()\n"
             "os.rename('b', 'a'); os.unlink('c'); sync_folder()")
    assert disk.lose() == "0 bytes of 0 files and 0 changes of names lost"
    assert disk.held() == {"a": "2"}
    assert list(disk.page.kept.iterdir()) == []


def test_a_sync_of_one_folder_makes_no_names_of_another_durable(disk):
    disk.run("os.mkdir('in'); write('in/a', b'x'); sync_folder('.')")
    disk.lose()
    assert list((disk.root / "in").iterdir()) == []


def test_a_failed_sync_makes_nothing_durable_and_is_counted(disk):
    disk.page["fail_syncs"] = 1
    assert disk.run("write('a', b'x')") == "EIO"
    assert (disk.page["syncs_failed"], disk.page["fail_syncs"]) == (1, 0)
    assert disk.run("write('b', b'x'); sync_folder()") == ""
    disk.lose()
    assert disk.held() == {"a": "", "b": "x"}


def test_a_lasting_failure_fails_every_sync(disk):
    disk.page["fail_syncs"] = NO_LIMIT
    for _ in range(3):
        assert disk.run("write('a', b'x')") == "EIO"
    assert disk.page["syncs_failed"] == 3


@pytest.mark.parametrize(("leaves", "left"), [(0, 0), (1, 4096), (2, 12288)])
def test_a_synced_write_that_fails_leaves_what_was_ordered(disk, leaves, left):
    disk.page["fail_syncs"], disk.page["fail_leaves"] = 1, leaves
    assert disk.run("fd = os.open('a', os.O_CREAT | os.O_WRONLY | os.O_DSYNC)\n"
                    "os.pwrite(fd, b'x' * 12288, 0)") == "EIO"
    assert (disk.root / "a").stat().st_size == left


def test_only_the_files_that_an_order_concerns_fail(disk):
    disk.page["fail_syncs"], disk.page["where"] = NO_LIMIT, LOG
    assert disk.run("os.mkdir('log'); write('logs', b'x'); write('a', b'x')") == ""
    assert disk.run("write('log/a', b'x')") == "EIO"


def test_a_slow_sync_is_counted_and_done(disk):
    disk.page["slow_us"] = 1000
    assert disk.run("write('a', b'x'); sync_folder()") == ""
    assert disk.page["syncs_slowed"] == 2
    disk.lose()
    assert disk.held() == {"a": "x"}


@pytest.mark.parametrize("how", [
    "os.write(fd, b'old and new'), os.fsync(fd)",
    "os.pwrite(os.open('a', os.O_WRONLY | os.O_DSYNC), b'old and new', 0)",
])
def test_what_a_slow_sync_was_to_make_durable_is_lost_with_a_kill_amid_it(disk, how):
    disk.run("write('a', b'old'); sync_folder()")
    disk.page["slow_us"] = 60_000_000
    disk.run("import signal, time\n"
             "child = os.fork()\n"
             f"if child == 0: fd = os.open('a', os.O_WRONLY); {how}\n"
             "time.sleep(0.3)\n"
             "os.kill(child, signal.SIGKILL); os.waitpid(child, 0)")
    disk.lose()
    assert disk.held() == {"a": "old"}


def test_growth_beyond_the_room_is_refused_and_the_disk_says_so(disk):
    disk.page["room_bytes"] = 8192
    told = disk.run("print(os.statvfs('.').f_bavail * os.statvfs('.').f_frsize)\n"
                    "write('a', b'x' * 8192)\n"
                    "print(os.statvfs('.').f_bavail)\n"
                    "write('b', b'x')")
    assert told.splitlines() == ["8192", "0", errno.errorcode[errno.ENOSPC]]
    assert disk.page["growths_refused"] == 1


def test_a_write_that_fits_in_part_is_short(disk):
    disk.page["room_bytes"] = 4096
    assert disk.run("fd = os.open('a', os.O_CREAT | os.O_WRONLY)\n"
                    "print(os.write(fd, b'x' * 10000))") == "4096"


def test_what_is_removed_gives_its_room_back(disk):
    disk.page["room_bytes"] = 8192
    assert disk.run("write('a', b'x' * 8192); os.unlink('a'); write('b', b'x' * 8192)") == ""


def test_overwriting_needs_no_room(disk):
    disk.run("write('a', b'x' * 8192)")
    disk.page["room_bytes"] = 0
    assert disk.run("write('a', b'y' * 8192)") == ""
    assert disk.run("fd = os.open('b', os.O_CREAT | os.O_WRONLY)\n"
                    "os.posix_fallocate(fd, 0, 4096)") == "ENOSPC"


def test_files_elsewhere_are_left_alone(disk, tmp_path):
    disk.page["fail_syncs"], disk.page["room_bytes"] = NO_LIMIT, 0
    assert disk.run(f"write({str(tmp_path / 'a')!r}, b'x')") == ""
    assert disk.page["syncs"] == 0
