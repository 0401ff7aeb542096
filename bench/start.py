"""What `make run` starts.

How much memory it takes, and how soon a second start shows its first page.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench import processes
from bench.places import QUIET, Places
from bench.table import Sample
from config import ROOT

LEFT_OUT = (
    ".git",
    ".venv",
    ".env",
    "instance",
    "__pycache__",
    "*_cache",
    "pictures",
    "rehearsal",
    "results.json",
)
PATIENCE = 120.0


def starting(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """On a copy of the project: one start that fills the demonstration year, then second starts.

    Default settings, so SQLite.
    """
    copy = places.folder / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (copy / ".venv").symlink_to(ROOT / ".venv")
    with _run(copy) as (_, port, began):
        _first_page(port, began)
    times, memory = [], []
    for _ in range(rounds):
        with _run(copy) as (pid, port, began):
            times.append(Sample(_first_page(port, began)))
            memory.append(Sample(_used(pid, copy / "log")))
    return {"make run, memory": memory, "second make run, first page": times}


@contextlib.contextmanager
def _run(copy: Path) -> Iterator[tuple[int, int, float]]:
    port, began = processes.free_port(), time.monotonic()
    environ = {**QUIET, "PORT": str(port)}
    with (copy / "log").open("wb") as output:
        process = subprocess.Popen(
            ("make", "run"),
            cwd=copy,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process.pid, port, began
    finally:
        # Ctrl-C reaches make and what it runs.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def _first_page(port: int, began: float) -> float:
    """Seconds until the start page is there."""
    while time.monotonic() < began + PATIENCE:
        with contextlib.suppress(OSError):
            if _status(port) == 200:
                return time.monotonic() - began
        time.sleep(0.02)
    raise RuntimeError("make run shows no page")


def _used(pid: int, log: Path) -> float:
    """Memory once everything is up.

    The last thing said is that Ctrl-C ends it, and what helped to start has ended.
    """
    until = time.monotonic() + PATIENCE
    while "Ctrl-C" not in log.read_text(errors="replace") and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(2)
    return processes.pss_mib(pid)


def _status(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()
