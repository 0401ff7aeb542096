"""Processes that are measured: processor time of whole families, memory, starting and ending."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from config import ROOT

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
PATIENCE = 60.0


def family(root: int) -> list[int]:
    """The process and all its living descendants."""
    children: dict[int, list[int]] = {}
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()]
    for pid in pids:
        with contextlib.suppress(OSError):
            parent = int(_stat(pid)[1])
            children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """Processor time of the families so far, in seconds.

    The living, and those that ended and were waited for. A database's backend that ends is waited
    for by its first process, so its time is not lost.
    """
    ticks = 0
    for root in roots:
        for pid in family(root):
            with contextlib.suppress(OSError):
                ticks += sum(map(int, _stat(pid)[11:15]))
    return ticks / TICK


def pss_mib(root: int) -> float:
    """Memory of the family in MiB, shared pages divided among those who share them."""
    total = 0
    for pid in family(root):
        with contextlib.suppress(OSError):
            total += _kilobytes(PROC / str(pid) / "smaps_rollup", "Pss:")
    return total / 1024


def resident_mib(pid: int, peak: bool = False) -> float:
    """Resident memory of one process in MiB, now or at its peak."""
    return _kilobytes(PROC / str(pid) / "status", "VmHWM:" if peak else "VmRSS:") / 1024


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on.

    1 is the parent, 11 to 14 are utime, stime, cutime, cstime (proc(5)).
    """
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _kilobytes(path: Path, name: str) -> int:
    line = next(line for line in path.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str], environ: Mapping[str, str], log: Path, port: int = 0
) -> Iterator[int]:
    """Runs `python -m command` for as long as the block lasts and gives its pid.

    Waits until `port` is answered, when given.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            (sys.executable, "-m", *command),
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        if port:
            wait_for(port, process, log)
        yield process.pid
    finally:
        end(process)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the port accepts a connection.

    Raises `RuntimeError` with the log when the process ends or the time is up.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    said = log.read_text(errors="replace")[-4000:]
    raise RuntimeError(f"nothing answers on port {port}:\n{said}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks the process to end, and makes its whole session when it does not."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def command(module: str, *arguments: object) -> tuple[str, ...]:
    """How a module of ours is run as a process of its own."""
    return (sys.executable, "-m", module, *map(str, arguments))
