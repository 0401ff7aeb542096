"""The two databases of the tests.

Migrated once for a run; every test finds them as the migrations left them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from scripts import postgresql

RUN = "ARSHJULET_TEST_RUN"
# The parameters of a fixture that gives each database in turn; `-m "not postgresql"` leaves one
# out.
EACH = (pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgresql))
Migrate = Callable[[str], None]
Rows = dict[str, bytes]


def in_turn(values: Iterable[object]) -> list[pytest.ParameterSet]:
    """Each value with one of the databases, in turn.

    For what walks through many pages for the sake of their words, which are the same on both:
    `@pytest.mark.parametrize(("name", "database"), in_turn(NAMES), indirect=["database"])`.
    """
    return [
        pytest.param(value, kind.values[0], marks=kind.marks)
        for value, kind in zip(values, cycle(EACH), strict=False)
    ]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process of the run at a time."""
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def server_url(database: str) -> str:
    """Where `database` is on the server of this run: the one TEST_DATABASE_URL names, else our own,
    started when first asked for.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        return (
            make_url(given)
            .set(drivername="postgresql", database=database)
            .render_as_string(hide_password=False)
        )
    return postgresql.start(os.environ[RUN]).url(database)


def maintenance_url() -> str:
    """The database one is connected to while another is made."""
    given = os.environ.get("TEST_DATABASE_URL")
    return server_url((make_url(given).database if given else None) or "postgres")


def put_programs_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets `pg_dump` be the one of the tests' own server."""
    found = postgresql.find_programs()
    if found and "TEST_DATABASE_URL" not in os.environ:
        monkeypatch.setenv("PATH", f"{found}{os.pathsep}{os.environ['PATH']}")


@contextmanager
def empty(kind: str, folder: Path) -> Iterator[str]:
    """Where a database without a single table is, for as long as the block lasts."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'empty.db'}"
        return
    name = f"empty_{os.getpid()}_{folder.name}".lower().replace("-", "_")[:60]
    _create(name, "template0")
    yield server_url(name)
    with psycopg.connect(maintenance_url(), autocommit=True) as server:
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@dataclass
class SQLite:
    """A file of this worker, copied anew from the migrated one for every test."""

    url: str
    file: Path
    template: Path
    kind: str = "sqlite"

    @classmethod
    def create(cls, shared: Path, own: Path, migrate: Migrate) -> SQLite:
        """Migrates the shared template unless another worker has, and names this worker's copy."""
        template = shared / "template.db"
        with locked(shared / "sqlite.lock"):
            if not template.exists():
                making = shared / "making.db"
                migrate(f"sqlite:///{making}")
                with closing(sqlite3.connect(making)) as connection:
                    connection.execute("pragma wal_checkpoint(truncate)")
                making.rename(template)
        return cls(f"sqlite:///{own / 'test.db'}", own / "test.db", template)

    def reset(self) -> None:
        """The file as the migrations left it. No connection may be open."""
        for ending in ("-wal", "-shm"):
            self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        shutil.copyfile(self.template, self.file)

    def save(self) -> bytes:
        """What is in the database now."""
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.serialize()

    def load(self, saved: bytes) -> None:
        """Puts back what was saved. No connection may be open."""
        self.reset()
        self.file.write_bytes(saved)

    def drop(self) -> None:
        """The folder goes with the run."""


@dataclass
class PostgreSQL:
    """A database of this worker.

    `counted`: each table with an id that counts, and what counts it.

    Emptied by DELETE: measured 2 ms a test, against 18 for TRUNCATE and 40 for CREATE DATABASE.
    """

    url: str
    name: str
    filled: Rows = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    counted: dict[str, str] = field(default_factory=dict)
    kind: str = "postgresql"

    @classmethod
    def create(cls, shared: Path, worker: str, migrate: Migrate) -> PostgreSQL:
        """Migrates the run's template unless another worker has, and makes this worker's database
        from it.
        """
        template, name = f"test_{os.environ[RUN]}_template", f"test_{os.environ[RUN]}_{worker}"
        with locked(shared / "postgresql.lock"):
            if not (shared / "postgresql.made").exists():
                _create(template, "template0")
                migrate(server_url(template))
                (shared / "postgresql.made").touch()
            _create(name, template)
        made = cls(server_url(name), name)
        with closing(psycopg.connect(made.url)) as connection:
            rows = connection.execute(
                "select tablename from pg_tables where schemaname = 'public'"
            ).fetchall()
            made.tables = [row[0] for row in rows if row[0] != "alembic_version"]
            made.counted = dict(
                connection.execute(
                    "select table_name, pg_get_serial_sequence(table_name, column_name)"
                    " from information_schema.columns"
                    " where table_schema = 'public' and column_name = 'id'"
                ).fetchall()
            )
        made.filled = made.save()
        return made

    def reset(self) -> None:
        """Empties every table and puts back the rows the migrations made.

        Fails when a session still holds a lock.
        """
        self.load(self.filled)

    def save(self) -> Rows:
        """What is in the tables now, but for those that are empty."""
        with closing(psycopg.connect(self.url)) as connection, connection.cursor() as cursor:
            found = {}
            for table in self.tables:
                with cursor.copy(
                    sql.SQL("copy {} to stdout").format(sql.Identifier(table))
                ) as rows:
                    found[table] = b"".join(rows)
        return {table: rows for table, rows in found.items() if rows}

    def load(self, saved: Rows) -> None:
        """Puts back what was saved, and nothing else.

        The counters of ids go on from where they are, or from the last id of a worker that got
        further.
        """
        with (
            closing(psycopg.connect(self.url)) as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            cursor.execute("set local lock_timeout = '5s'")
            cursor.execute("set local session_replication_role = replica")
            for table in self.tables:
                cursor.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
            for table, rows in saved.items():
                with cursor.copy(
                    sql.SQL("copy {} from stdin").format(sql.Identifier(table))
                ) as target:
                    target.write(rows)
            if saved is not self.filled:
                self._count_past(cursor, saved)

    def _count_past(self, cursor: psycopg.Cursor[Any], saved: Rows) -> None:
        for table in self.counted.keys() & saved.keys():
            cursor.execute(
                sql.SQL(
                    "select setval({name}, greatest(max(row.id),"
                    " (select last_value from {counter}))) from {table} as row"
                ).format(
                    name=sql.Literal(self.counted[table]),
                    counter=sql.Identifier(*self.counted[table].split(".")),
                    table=sql.Identifier(table),
                )
            )

    def drop(self) -> None:
        """Leaves nothing behind on a server that is not ours."""
        with closing(psycopg.connect(maintenance_url(), autocommit=True)) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(self.name))
            )


def _create(name: str, template: str) -> None:
    with closing(psycopg.connect(maintenance_url(), autocommit=True)) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )
        connection.execute(
            sql.SQL("create database {} template {} encoding 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def end_run() -> None:
    """After all workers: removes the template, ends the server of this run."""
    run = os.environ[RUN]
    if os.environ.get("TEST_DATABASE_URL"):
        PostgreSQL("", f"test_{run}_template").drop()
    else:
        postgresql.stop(run)
