"""The database: a base for the models, one session, and the transactions both databases need."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import math
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from flask import has_request_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import IntegrityError, InvalidRequestError, OperationalError
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session
from sqlalchemy.orm.exc import ObjectDeletedError
from sqlalchemy.pool import PoolProxiedConnection

from annualwheel import write_turns
from annualwheel.write_turns import Gate, NoTurn, WriteTurns

# A migration can only change a constraint that has a name, and SQLite gives none by itself.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# On SQLite readers begin a deferred transaction and take no lock. A writer must take it at once:
# when another has written since its first read, its snapshot is stale and the write fails at once.
_reading: ContextVar[bool] = ContextVar("reading", default=False)
_at_once: ContextVar[bool] = ContextVar("at_once", default=False)
# A table that stands in a database from the moment a copy is being put back until it is whole.
MARKER = "being_restored"
MARKER_IN_A_FILE = "select name from sqlite_master where name = 'being_restored'"
MARKER_ON_A_SERVER = "select to_regclass('being_restored')"
_restoring: ContextVar[bool] = ContextVar("restoring", default=False)
# The turn at writing that this thread has on a database server.
_turn: ContextVar[threading.Event | None] = ContextVar("turn", default=None)
# Seconds after which a connection is tried before it is used.
REST = 5.0
# PostgreSQL's code for a lock that was waited for as long as `lock_timeout` allows.
LOCK_NOT_AVAILABLE = "55P03"
JSONValue = sa.JSON().with_variant(JSONB(), "postgresql")


class UTCDateTime(sa.TypeDecorator[dt.datetime]):
    """Stores UTC, gives back aware UTC, refuses a datetime without a zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        # SQLite gives datetimes back without a zone.
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class BeingRestored(Exception):
    """The database is a copy that is half put back: mails of it could go out a second time."""

    def __init__(self) -> None:
        super().__init__(
            "Databasen håller på att läggas tillbaka från en kopia, eller så avbröts det. "
            "Kör flask --app wsgi restore igen, från början."
        )


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """The base of all tables.

    `repr` shows the class and the id only: names and addresses must not reach a log.
    """

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {
        dt.datetime: UTCDateTime,
        dict[str, Any]: JSONValue,
        list[Any]: JSONValue,
        str: sa.Text,
    }

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', '?')}>"


class ReadingOrWriting(FlaskSession):
    """A session that reads, and writes a single statement, without a transaction on a database
    server.

    Each statement sees what is committed, with or without one (READ COMMITTED), and beginning and
    ending it are two more trips to the server.
    """

    def get_bind(self, *arguments: Any, **named: Any) -> Engine | sa.Connection:
        """The engine to use now."""
        engine = super().get_bind(*arguments, **named)
        return (
            _alone(engine)
            if (_reading.get() or _at_once.get())
            and isinstance(engine, Engine)
            and engine.dialect.name != "sqlite"
            else engine
        )


@functools.lru_cache(maxsize=4)
def _alone(engine: Engine) -> Engine:
    """The same engine and pool, one for all sessions, without transactions around statements."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


# Models are made on our own Base. Given to Flask-SQLAlchemy 3.1 as `model_class`, a Base with
# dataclasses fails at import under SQLAlchemy 2.1, and its map of types does not work.
db = SQLAlchemy(
    metadata=Base.metadata, session_options={"expire_on_commit": False, "class_": ReadingOrWriting}
)


def public_id() -> str:
    """A random name for a row that appears in a URL or a link (72 bits)."""
    return secrets.token_urlsafe(9)


def as_json(value: object) -> sa.ColumnElement[Any]:
    """The value for a column of JSON, written out here: before others have to wait for the row."""
    text = sa.literal(json.dumps(value), sa.Text())
    return text if db.session.get_bind().dialect.name == "sqlite" else sa.cast(text, JSONB())


def choice_column(column: str, *allowed: str) -> sa.Enum:
    """A type for `column` that allows a closed list of words.

    A check constraint keeps it on both databases.
    """
    return sa.Enum(*allowed, native_enum=False, create_constraint=True, length=24, name=column)


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


def start_writing() -> None:
    """Ends the read; the next statement begins a transaction that writes.

    Every row that was loaded is read again when it is next asked for, so nothing that was read
    before the write decides in it. Raises `RuntimeError` when something was changed before.
    """
    _require_unchanged(db.session())
    # A rollback, since it expires the rows that were loaded; a commit would keep them here
    # (`expire_on_commit`).
    db.session.rollback()
    _reading.set(False)


@event.listens_for(Session, "before_flush")
def _refuse_writing(session: Session, *_: object) -> None:
    if _reading.get():
        _require_unchanged(session)


def _require_unchanged(session: Session) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("what only reads tried to change the database")


def read_again(row: Base, *, lock: bool = False) -> None:
    """Reads the row's own columns as they are now, and with `lock` keeps it so until the commit.

    Rows that it refers to stay as they were loaded.
    """
    db.session.refresh(
        row,
        attribute_names=[column.key for column in sa.inspect(type(row)).column_attrs],
        with_for_update={"of": type(row)} if lock else None,
    )


def keep(row: Base) -> None:
    """As `read_again` with a lock, for a row that others may go on pointing at.

    Only who changes the row waits for our commit. Raises `ObjectDeletedError` when it is gone.
    """
    columns = [column.key for column in sa.inspect(type(row)).column_attrs]
    kept = {"of": type(row), "key_share": True}
    try:
        db.session.refresh(row, attribute_names=columns, with_for_update=kept)
    except InvalidRequestError as gone:
        raise ObjectDeletedError(sa.inspect(row)) from gone


def add_unless_there(row: Base) -> bool:
    """Adds a row; False when somebody else has added one with its unique key in this very moment.

    For what is looked for first, and not found. What was added before stays.
    """
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True


def is_busy(error: OperationalError) -> bool:
    """Whether others wrote for so long that this transaction could not begin; try it again."""
    locked = sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED
    return (
        isinstance(error.orig, NoTurn)
        or getattr(error.orig, "sqlite_errorcode", None) in locked
        or getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE
    )


def schema_version() -> str | None:
    """The latest migration that the database has had; None before the first."""
    return MigrationContext.configure(db.session.connection()).get_current_revision()


def server_time(engine: Engine) -> dt.datetime:
    """What time it is on the database server, aware; outside the session and its transaction."""
    with _alone(engine).connect() as connection:
        told: dt.datetime = connection.scalars(sa.select(sa.func.clock_timestamp())).one()
    return told.astimezone(dt.UTC)


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
        if _reading.get():
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
        if _reading.get() or not has_request_context() or _turn.get() is not None:
            return
        try:
            _turn.set(turns.wait(in_request=True)[0])
        except NoTurn as late:
            raise OperationalError("BEGIN", None, late) from late

    def ended(_connection: sa.Connection) -> None:
        turn = None if _reading.get() else _turn.get()
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
    if _restoring.get():
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
