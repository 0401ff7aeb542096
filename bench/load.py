"""The load: a process of its own that plays visitors over HTTP, a bounded number of times.

Run as `python -m bench.load` it reads what to do from standard input, prepares, says "ready", waits
for "go" and reports.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from bench import processes, visitors
from config import ROOT

CONNECTIONS = 8
MOST_FAILURES = 6


@dataclass(frozen=True)
class Order:
    """What to play: for every connection the list of jobs of one visitor.

    `pace` is the time between the beginnings of two jobs of the same visitor in seconds, None for
    as fast as it goes.
    """

    port: int
    visitor: str
    lists: list[list[dict[str, Any]]]
    pace: float | None = None


@dataclass
class Report:
    """What came of it.

    Seconds from start to end, seconds of each job, the first things that went wrong, and what
    visitors noted.
    """

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Measured:
    """A load with the processor time it cost the ones who served it, in seconds."""

    report: Report
    cpu: float

    @property
    def cpu_ms(self) -> float:
        """CPU-ms for each job."""
        return self.cpu * 1000 / len(self.report.times)


def spread(
    jobs: list[dict[str, Any]], connections: int = CONNECTIONS
) -> list[list[dict[str, Any]]]:
    """The jobs dealt out to the connections."""
    return [jobs[number::connections] for number in range(connections)]


def play(order: Order, roots: list[int], follows: Callable[[], object] | None = None) -> Measured:
    """Plays the order from a process of its own.

    Preparing (signing in, opening a form) is not counted. `follows` waits for what the visitors
    have caused and somebody else does, and that is counted. Raises `RuntimeError` when anything was
    not as it should be.
    """
    player = subprocess.Popen(
        processes.command("bench.load"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert player.stdin is not None and player.stdout is not None
    with player:
        player.stdin.write(json.dumps(asdict(order)) + "\n")
        player.stdin.flush()
        if player.stdout.readline() != "ready\n":
            raise RuntimeError("the load could not prepare, see above")
        before = processes.cpu_seconds(roots)
        player.stdin.write("go\n")
        player.stdin.flush()
        report = Report(**json.loads(player.stdout.readline()))
        if follows and not report.failures:
            follows()
        used = processes.cpu_seconds(roots) - before
    if report.failures:
        raise RuntimeError("\n".join(report.failures))
    return Measured(report, used)


def main() -> None:
    """Plays one order."""
    order = Order(**json.loads(sys.stdin.readline()))
    cast = [visitors.KINDS[order.visitor](order.port) for _ in order.lists]
    for visitor, jobs in zip(cast, order.lists, strict=True):
        visitor.prepare(jobs)
    print("ready", flush=True)
    sys.stdin.readline()
    report, lock = Report(), threading.Lock()
    start = time.monotonic()
    threads = []
    for number, (visitor, jobs) in enumerate(zip(cast, order.lists, strict=True)):
        begins = start + number * (order.pace or 0) / len(cast)
        arguments = (visitor, jobs, order.pace, begins, report, lock)
        threads.append(threading.Thread(target=_act, args=arguments))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report.seconds = time.monotonic() - start
    report.notes = [note for visitor in cast for note in getattr(visitor, "notes", ())]
    print(json.dumps(asdict(report)), flush=True)


def _act(
    visitor: visitors.Visitor,
    jobs: list[dict[str, Any]],
    pace: float | None,
    start: float,
    report: Report,
    lock: threading.Lock,
) -> None:
    for number, job in enumerate(jobs):
        if pace:
            time.sleep(max(0.0, start + number * pace - time.monotonic()))
        began = time.monotonic()
        try:
            visitor.act(job)
        except Exception as problem:
            with lock:
                if len(report.failures) < MOST_FAILURES:
                    report.failures.append(f"{type(problem).__name__}: {problem}")
            return
        with lock:
            report.times.append(time.monotonic() - began)


if __name__ == "__main__":
    main()
