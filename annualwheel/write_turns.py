"""Turns at writing, within a process.

SQLite has one write lock and lets whoever tries at the right moment in; on a database server all
who change the same row wait. A thread that waits answers nobody else. Here the threads wait in the
order they came; the first in line alone try. When some wait already and the line stands still,
whoever comes in a request is soon told to try again, so that threads are left for readers.

On SQLite one tries, behind those of other processes that wait already (`Gate`), and lets the next
try when it has the lock. On a database server two requests write at the same time, and each keeps
its turn until its transaction ends: else all threads could wait for the same row.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# So many requests of a process wait long, which must be fewer than its threads.
MOST_WAITING = 2
# Seconds that a request waits at most, that all but the first few wait while the line stands still,
# and that a job waits, which keeps no reader waiting.
LONG, BRIEF, JOB = 5.0, 0.5, 15.0
# Seconds between two tries to come before the writers of other processes.
PAUSE = 0.002


class NoTurn(Exception):
    """It took too long until it was this thread's turn."""


class Gate:
    """The line of the processes in front of SQLite's lock: `file` is locked by whoever is next.

    Whoever has written and wants to write again comes behind the one who waits already. Without it
    a job that writes one batch after another kept everybody out: SQLite has no line of its own.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._opened: tuple[int, int] | None = None

    @contextmanager
    def first_in_line(self, until: float) -> Iterator[None]:
        """Is the next for as long as the block lasts. Raises `NoTurn` when that takes too long.

        For one thread of a process at a time. Where no file can be made there is no line.
        """
        number = self._number()
        if number is None:
            yield
            return
        while not _is_locked(number):
            if time.monotonic() >= until:
                raise NoTurn
            time.sleep(PAUSE)
        try:
            yield
        finally:
            fcntl.flock(number, fcntl.LOCK_UN)

    def _number(self) -> int | None:
        """The open file, one for each process: a lock that is inherited belongs to both."""
        process = os.getpid()
        if self._opened is None or self._opened[0] != process:
            flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC
            try:
                self._opened = process, os.open(self._file, flags, 0o600)
            except OSError:
                return None
        return self._opened[1]


def _is_locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class WriteTurns:
    """The line in front of the lock. So many of it, `at_once`, have their turn."""

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once
        self._line: deque[threading.Event] = deque()
        self._lock = threading.Lock()
        self._moved_at = 0.0

    def wait(self, *, in_request: bool) -> tuple[threading.Event, float]:
        """Waits for the turn; gives what `done` is given, and the seconds that are left to wait.

        Raises `NoTurn`.
        """
        turn, began = threading.Event(), time.monotonic()
        with self._lock:
            self._line.append(turn)
            place = len(self._line)
            if place <= self._at_once:
                turn.set()
        while not turn.wait(max(0.0, self._until(place, began, in_request) - time.monotonic())):
            # The line may have moved meanwhile, and so be worth waiting in.
            if time.monotonic() >= self._until(place, began, in_request):
                self.done(turn)
                raise NoTurn
        until = began + (LONG if in_request else JOB)
        return turn, max(0.0, until - time.monotonic())

    def moved(self) -> None:
        """Notes that the line moves: somebody has got the lock, or has ended."""
        self._moved_at = time.monotonic()

    def done(self, turn: threading.Event) -> None:
        """Lets the next in line try, whether this one has got the lock or has given up."""
        with self._lock:
            self._line.remove(turn)
            for one in itertools.islice(self._line, self._at_once):
                one.set()

    def _until(self, place: int, began: float, in_request: bool) -> float:
        """The moment at which the one who came at that place gives up, as things are now."""
        if not in_request:
            return began + JOB
        if place <= MOST_WAITING:
            return began + LONG
        return min(began + LONG, max(began, self._moved_at) + BRIEF)
