"""How connections are set up: SQLite for many writers, a server without endless waiting."""

from __future__ import annotations

import contextlib
import math
import os
import sqlite3
import threading
import time
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import has_request_context
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

from annualwheel import transactions, write_turns
from annualwheel.write_turns import Gate, NoTurn, WriteTurns

# A table that stands in a database from the moment a copy is being put back until it is whole.
MARKER = "being_restored"
MARKER_IN_A_FILE = "select name from sqlite_master where name = 'being_restored'"
MARKER_ON_A_SERVER = "select to_regclass('being_restored')"
# The turn at writing that this thread has on a database server.
_turn: ContextVar[threading.Event | None] = ContextVar("turn", default=None)
# Seconds after which a connection is tried before it is used.
REST = 5.0
# PostgreSQL's code for a lock that was waited for as long as `lock_timeout` allows.
LOCK_NOT_AVAILABLE = "55P03"


class BeingRestored(Exception):
    """The database is a copy that is half put back: mails of it could go out a second time."""

    def __init__(self) -> None:
        super().__init__(
            "Databasen håller på att läggas tillbaka från en kopia, eller så avbröts det. "
            "Kör flask --app wsgi restore igen, från början."
        )


def is_busy(error: OperationalError) -> bool:
    """Whether others wrote for so long that this transaction could not begin; try it again."""
    locked = sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED
    return (
        isinstance(error.orig, NoTurn)
        or getattr(error.orig, "sqlite_errorcode", None) in locked
        or getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE
    )


def prepare_engine(engine: Engine) -> None:
    """Sets an SQLite engine up for many writers (WAL, foreign keys, real transactions).

    On a database server a connection that has rested is tried before it is used, requests take
    turns at writing, nobody waits for a lock without end, and rows that are inserted together go in
    one statement.
    """
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _try_after_a_rest(engine)
        _wait_for_so_long(engine)
        _take_turns(engine)
        # psycopg would send them one at a time; SQLAlchemy sets the same for psycopg2.
        engine.dialect.use_insertmanyvalues_wo_returning = True


def make_private(file: Path) -> None:
    """Makes the file, where there is none, for its owner alone to read.

    SQLite gives the log beside it the same rights. Where no file can be made, whoever opens it says
    so. One that is there is not opened: closing it again would end the locks that SQLite holds on
    it in this process (https://sqlite.org/howtocorrupt.html 2.2).
    """
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare_sqlite(engine: Engine) -> None:
    if engine.url.database:
        make_private(Path(engine.url.database))

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        # Left alone, the driver begins a transaction only before the first write: what was read
        # before may have changed, and updates are lost.
        connection.isolation_level = None
        # WAL lets readers read while one writes. Foreign keys are off unless asked for. With `full`
        # the disk has a commit before anybody is told that it is saved: a power cut takes nothing
        # then.
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
            connection.execute(f"pragma {pragma}")
        _require_whole(connection, MARKER_IN_A_FILE)

    turns, gate = WriteTurns(), Gate(Path(f"{engine.url.database or os.devnull}.turn"))

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if transactions.is_reading():
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection, turns, gate)


def _begin_writing(connection: sa.Connection, turns: WriteTurns, gate: Gate) -> None:
    """Takes SQLite's write lock in turn. Raises `OperationalError` when it takes too long."""
    try:
        turn, patience = turns.wait(in_request=has_request_context())
        until = time.monotonic() + patience
        try:
            with gate.first_in_line(until):
                while not _has_begun(connection, until):
                    time.sleep(write_turns.PAUSE)
                turns.moved()
        finally:
            turns.done(turn)
    except NoTurn as late:
        raise OperationalError("BEGIN IMMEDIATE", None, late) from late


def _has_begun(connection: sa.Connection, until: float) -> bool:
    """Whether the lock was free. Raises what SQLite says when it has not been until then."""
    # SQLite waits longer from try to try: a job that writes batch after batch is back before it.
    connection.exec_driver_sql("pragma busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if not is_busy(error) or time.monotonic() >= until:
            raise
        return False
    finally:
        # Who reads by this connection keeps it.
        connection.exec_driver_sql("pragma busy_timeout=100")
    return True


def _take_turns(engine: Engine) -> None:
    """Lets few requests of this process write at once on a database server.

    Each keeps a thread: all who want the same row would keep all of them.
    """
    turns = WriteTurns(write_turns.MOST_WAITING)

    @event.listens_for(engine, "begin")
    def _begin(_connection: sa.Connection) -> None:
        # Whoever has a turn keeps it, whatever became of the transaction before.
        if transactions.is_reading() or not has_request_context() or _turn.get() is not None:
            return
        try:
            _turn.set(turns.wait(in_request=True)[0])
        except NoTurn as late:
            raise OperationalError("BEGIN", None, late) from late

    def ended(_connection: sa.Connection) -> None:
        turn = None if transactions.is_reading() else _turn.get()
        if turn is not None:
            _turn.set(None)
            turns.moved()
            turns.done(turn)

    for ending in ("commit", "rollback"):
        event.listen(engine, ending, ended)


def _wait_for_so_long(engine: Engine) -> None:
    """Lets nobody wait for a lock of the server without end; a job keeps no reader waiting."""

    @event.listens_for(engine, "checkout")
    def _patience(connection: Any, record: PoolProxiedConnection, _proxy: object) -> None:
        patience = write_turns.LONG if has_request_context() else write_turns.JOB
        # Only when it was not so for the last who had it: asking the server each time costs a trip.
        if record.info.get("patience") != patience:
            connection.execute(f"set lock_timeout = {int(patience * 1000)}")
            connection.commit()
            record.info["patience"] = patience


def _try_after_a_rest(engine: Engine) -> None:
    """Tries a connection that nobody has used for a while, since it may have died unnoticed.

    `pool_pre_ping` would ask the server once more on every request. What it is tried with tells
    whether a copy is being put back meanwhile.
    """

    @event.listens_for(engine, "checkin")
    def _rests(_connection: object, record: PoolProxiedConnection) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "connect")
    def _look(connection: Any, _record: object) -> None:
        _require_whole(connection, MARKER_ON_A_SERVER)

    @event.listens_for(engine, "checkout")
    def _try(connection: Any, record: PoolProxiedConnection, _proxy: object) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) < REST:
            return
        try:
            _require_whole(connection, MARKER_ON_A_SERVER)
        except engine.dialect.loaded_dbapi.Error as died:
            raise sa.exc.DisconnectionError from died


def _require_whole(connection: Any, question: str) -> None:
    """Raises `BeingRestored` where a copy is being put back; `question` asks for the marker."""
    if transactions.is_restoring():
        return
    before = getattr(connection, "autocommit", None)
    cursor = connection.cursor()
    try:
        # Without a transaction: one trip to a server, and none is left open.
        if before is False:
            connection.autocommit = True
        cursor.execute(question)
        found = cursor.fetchone()
    finally:
        cursor.close()
        if before is False:
            connection.autocommit = before
    if found is not None and found[0] is not None:
        raise BeingRestored
