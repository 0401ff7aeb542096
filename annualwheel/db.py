"""The database: a base for the models, and one session."""

from __future__ import annotations

import datetime as dt
import functools
import json
import secrets
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session
from sqlalchemy.orm.exc import ObjectDeletedError

from annualwheel import transactions

# A migration can only change a constraint that has a name, and SQLite gives none by itself.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

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
        # A transaction on SQLite sees one moment by itself, and costs no trip.
        if not isinstance(engine, Engine) or engine.dialect.name == "sqlite":
            return engine
        if transactions.is_in_one_view():
            return _in_one_view(engine)
        return _alone(engine) if transactions.is_alone() else engine


@functools.lru_cache(maxsize=4)
def _alone(engine: Engine) -> Engine:
    """The same engine and pool, one for all sessions, without transactions around statements."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@functools.lru_cache(maxsize=4)
def _in_one_view(engine: Engine) -> Engine:
    """The same engine and pool; all statements of a transaction see one moment."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


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


def start_writing() -> None:
    """Ends the read; the next statement begins a transaction that writes.

    Every row that was loaded is read again when it is next asked for, so nothing that was read
    before the write decides in it. Raises `RuntimeError` when something was changed before.
    """
    _require_unchanged(db.session())
    # A rollback, since it expires the rows that were loaded; a commit would keep them here
    # (`expire_on_commit`).
    db.session.rollback()
    transactions.stop_reading()


@event.listens_for(Session, "before_flush")
def _refuse_writing(session: Session, *_: object) -> None:
    if transactions.is_reading():
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


def schema_version() -> str | None:
    """The latest migration that the database has had; None before the first."""
    return MigrationContext.configure(db.session.connection()).get_current_revision()


def server_time(engine: Engine) -> dt.datetime:
    """What time it is on the database server, aware; outside the session and its transaction."""
    with _alone(engine).connect() as connection:
        told: dt.datetime = connection.scalars(sa.select(sa.func.clock_timestamp())).one()
    return told.astimezone(dt.UTC)
