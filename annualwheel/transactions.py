"""What the transactions of this thread may do: only read, write one statement, or anything.

On SQLite readers begin a deferred transaction and take no lock. A writer must take it at once: when
another has written since its first read, its snapshot is stale and the write fails at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_reading: ContextVar[bool] = ContextVar("reading", default=False)
_at_once: ContextVar[bool] = ContextVar("at_once", default=False)
_in_one_view: ContextVar[bool] = ContextVar("in_one_view", default=False)
_restoring: ContextVar[bool] = ContextVar("restoring", default=False)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Lets transactions within this block only read.

    They take no lock on SQLite, and the session refuses to write.
    """
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Lets transactions of their own within this block write, while the session only reads."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """For a single statement that writes, which the caller commits within this block.

    On a database server it is a transaction by itself; SQLite has its turns, and begins one.
    """
    token = _at_once.set(True)
    try:
        yield
    finally:
        _at_once.reset(token)


@contextlib.contextmanager
def in_one_view() -> Iterator[None]:
    """Lets everything within this block see what was committed when it began to read."""
    token = _in_one_view.set(True)
    try:
        yield
    finally:
        _in_one_view.reset(token)


@contextlib.contextmanager
def restoring() -> Iterator[None]:
    """Lets connections within this block use a database that is being put back."""
    token = _restoring.set(True)
    try:
        yield
    finally:
        _restoring.reset(token)


def start_reading() -> None:
    """As `reading`, for a web request: lasts until `stop_reading`."""
    _reading.set(True)


def stop_reading() -> None:
    """Ends what `start_reading` began."""
    _reading.set(False)


def is_reading() -> bool:
    """Whether transactions only read now."""
    return _reading.get()


def is_alone() -> bool:
    """Whether statements need no transaction around them on a database server."""
    return _reading.get() or _at_once.get()


def is_in_one_view() -> bool:
    """Whether statements see what was committed when the first of them was sent."""
    return _in_one_view.get()


def is_restoring() -> bool:
    """Whether a database that is being put back may be used now."""
    return _restoring.get()
