"""Copies of a database and of the queue, made while others write, and put back where nothing is."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from annualwheel.engines import MARKER

# What libpq reads in the environment (PostgreSQL 34.15): on a command line everybody on the machine
# could read the password.
LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "username": "PGUSER",
    "password": "PGPASSWORD",
    "database": "PGDATABASE",
}
OF_A_QUERY = {"host": "PGHOST", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
DUMP = ("--no-owner", "--no-privileges")


@contextmanager
def private() -> Iterator[None]:
    """Lets the owner alone read what is made in this block: it holds all that a database does."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite address; None for a server's."""
    found = make_url(url) if "://" in url else None
    if found is None or found.get_backend_name() != "sqlite" or not found.database:
        return None
    return Path(found.database)


def beside(file: Path) -> list[Path]:
    """The log that SQLite keeps beside a database, and its index."""
    return [file.with_name(f"{file.name}{ending}") for ending in ("-wal", "-shm")]


def copy_sqlite(source: Path, target: Path) -> None:
    """Copies the database as it is at one moment, with all that is committed.

    SQLite's own way (https://sqlite.org/backup.html): a copy of the file alone lacks what stands in
    its log. Raises `ClickException` when what was copied does not hold together.
    """
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as ours,
        closing(sqlite3.connect(target)) as theirs,
    ):
        ours.backup(theirs)
        # One file, without a log beside it.
        theirs.execute("pragma journal_mode=delete")
        said = theirs.execute("pragma integrity_check").fetchone()[0]
    if said != "ok":
        raise click.ClickException(f"Kopian av {source.name} är trasig: {said}")


def copy_postgresql(url: str, target: Path) -> None:
    """Copies the database as it is at one moment, by PostgreSQL's own `pg_dump`."""
    _run("pg_dump", url, *DUMP, "--format=custom", f"--file={target}")


def require_empty(url: str) -> bool:
    """Raises `ClickException` unless there is nothing at all where a copy is to be put back.

    A file that an interrupted `put_back` has left may be put over: returns whether there is one.
    """
    file = sqlite_file(url)
    if file is not None:
        if _is_half(file):
            return True
        for left in (file, *beside(file)):
            if left.exists() and left.stat().st_size:
                raise click.ClickException(f"{left} finns redan. Flytta undan filen först.")
        return False
    with _server(url) as engine:
        tables = set(sa.inspect(engine).get_table_names())
    if MARKER in tables and len(tables) > 1:
        raise click.ClickException(
            "Databasen är en kopia som är halvt återlagd. Skapa en tom databas och peka ut den med "
            "DATABASE_URL."
        )
    if tables - {MARKER}:
        raise click.ClickException(
            f"Databasen har redan {len(tables)} tabeller. Skapa en tom databas och peka ut den med "
            "DATABASE_URL."
        )
    return False


def put_back(copy: Path, url: str) -> None:
    """Puts a copy back where nothing is: all of it or, when it is interrupted, nothing.

    It comes with `db.MARKER`, for which everybody but `restore` refuses it.
    """
    file = sqlite_file(url)
    if file is None:
        # Before the copy, and not with it: `pg_restore` commits by itself.
        with _server(url) as engine, engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {MARKER} (id integer)")
        database = make_url(url).database
        options = ("--exit-on-error", "--single-transaction", f"--dbname={database}")
        _run("pg_restore", url, *DUMP, *options, str(copy))
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{file.name}.partial")
    shutil.copyfile(copy, half)
    with closing(sqlite3.connect(half)) as made:
        made.execute(f"CREATE TABLE {MARKER} (id integer)")
        made.commit()
    _put_in_place(half, file)


def put_queue_back(copy: Path, file: Path) -> None:
    """Puts the copy of a queue where there is one without jobs, or nothing."""
    half = file.with_name(f"{file.name}.partial")
    shutil.copyfile(copy, half)
    _put_in_place(half, file)


def _put_in_place(half: Path, file: Path) -> None:
    kept_on_disk(half)
    # The log of a file that stood here is of no use to the new one.
    for left in beside(file):
        left.unlink(missing_ok=True)
    half.replace(file)
    kept_on_disk(file.parent)


def _is_half(file: Path) -> bool:
    """Whether the file is a copy that was put back, and not finished."""
    if not file.exists() or not file.stat().st_size:
        return False
    asked = "SELECT name FROM sqlite_master WHERE name = ?"
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as found:
        try:
            return found.execute(asked, (MARKER,)).fetchone() is not None
        except sqlite3.DatabaseError:
            return False


@contextmanager
def _server(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        yield engine
    finally:
        engine.dispose()


def kept_on_disk(path: Path) -> None:
    """Waits until the disk has a file, or the names in a folder, so that no power cut takes it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _run(program: str, url: str, *options: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise click.ClickException(
            f"{program} saknas. Programmet följer med PostgreSQL:s klient (postgresql-client)."
        )
    done = subprocess.run(
        [found, *options],
        env={**os.environ, **_connection(make_url(url))},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"{program} svarade: {done.stderr.strip()[-2000:]}")


def _connection(url: URL) -> Mapping[str, str]:
    given = {name: getattr(url, part) for part, name in LIBPQ.items()}
    given |= {name: url.query.get(part) for part, name in OF_A_QUERY.items() if part in url.query}
    return {name: str(value) for name, value in given.items() if value is not None}
