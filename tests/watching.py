"""What a request does to the database, as the small browser watches it, and what a test does to the
process.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from flask import Flask, request, request_finished, request_started
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from annualwheel.db import db
from annualwheel.transactions import is_reading

WRITES = re.compile(r"\s*(?:insert|update|delete)\b", re.IGNORECASE)
READS = ("GET", "HEAD", "OPTIONS")


@dataclass
class Watch:
    """A request while it is answered: what it has written and not committed, and its faults."""

    method: str = ""
    uncommitted: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def writes(self, statement: str) -> None:
        """The request writes something."""
        self.uncommitted.append(statement)
        if is_reading():
            self.faults.append(f"writes while it only reads: {statement}")

    def commits(self) -> None:
        """The request commits."""
        self.uncommitted.clear()
        if self.method in READS:
            self.faults.append(f"commits in a {self.method}")

    def answers(self) -> None:
        """The request has its answer: nothing may be left to write."""
        session = db.session()
        left = [*session.new, *session.dirty, *session.deleted]
        self.faults += [f"leaves {one!r} changed in the session" for one in left]
        self.faults += [f"leaves a write open: {statement}" for statement in self.uncommitted]


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched() -> Iterator[None]:
    """Fails after the block when the request in it wrote where it may not, or left a write open."""
    watch = Watch()
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)
    assert not watch.faults, "\n".join(["the request", *watch.faults])


@request_started.connect
def _begins(_app: Flask, **_more: object) -> None:
    watch = _watch.get()
    if watch is not None:
        watch.method = request.method


@request_finished.connect
def _answers(_app: Flask, **_more: object) -> None:
    watch = _watch.get()
    if watch is not None:
        watch.answers()


@event.listens_for(Engine, "before_cursor_execute")
def _executes(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
    watch = _watch.get()
    if watch is not None and WRITES.match(statement):
        watch.writes(statement)


@event.listens_for(Engine, "commit")
def _commits(_connection: Connection) -> None:
    watch = _watch.get()
    if watch is not None:
        watch.commits()


@event.listens_for(Engine, "rollback")
def _rolls_back(_connection: Connection) -> None:
    watch = _watch.get()
    if watch is not None:
        watch.uncommitted.clear()


@contextmanager
def listening(engine: Engine, note: Callable[..., object]) -> Iterator[None]:
    """Lets `note` see every statement before it is sent, and no longer than the block lasts."""
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def log_kept() -> Iterator[None]:
    """Puts the log of the process back as it was before the block.

    An application sets it up for the settings it is made with, and towards what standard output is
    then. Fails when loggers have been silenced, as `logging.config` does to all there are.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    loggers = root.manager.loggerDict.items()
    silenced = [name for name, one in loggers if getattr(one, "disabled", False)]
    for name in silenced:
        logging.getLogger(name).disabled = False
    assert not silenced, f"loggers of the whole process are silenced: {silenced}"
