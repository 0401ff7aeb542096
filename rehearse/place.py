"""A database of the rehearsal's own.

A new SQLite file, or a new database on a PostgreSQL server that is dropped afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

# What an earlier rehearsal leaves in the folder; nothing else there is touched.
LEFT = (
    "mails/*.eml",
    "calendar/*.ics",
    "packs/*.xlsx",
    "summary.json",
    "rehearsal.db*",
    "queue.db*",
    "spare.db*",
    "spare_queue.db*",
    "copies/*/*",
    "clock",
)


def clear(folder: Path) -> None:
    """Makes the folder with its parts, and removes what an earlier rehearsal left in it."""
    for part in ("mails", "calendar", "packs"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for pattern in LEFT:
        for file in folder.glob(pattern):
            file.unlink()
    for copy in (folder / "copies").glob("*/"):
        copy.rmdir()


@contextmanager
def database(folder: Path, server_url: str, name: str = "rehearsal") -> Iterator[str]:
    """The URL of an empty database for as long as the block lasts.

    A file in `folder`, or on the PostgreSQL server of `server_url`.

    The database that `server_url` names is only connected to while the new one is made and dropped.
    Raises `ValueError` for any other kind of server.
    """
    if not server_url or server_url.startswith("sqlite"):
        yield f"sqlite:///{(folder / f'{name}.db').resolve()}"
        return
    if not server_url.startswith("postgresql"):
        raise ValueError("--database-url ska börja med postgresql://")
    url, own_name = make_url(server_url).set(drivername="postgresql"), f"{name}_{os.getpid()}"
    maintenance = url.render_as_string(hide_password=False)
    own = url.set(database=own_name).render_as_string(hide_password=False)
    quoted = sql.Identifier(own_name)
    drop = sql.SQL("drop database if exists {} with (force)").format(quoted)
    make = sql.SQL("create database {} template template0 encoding 'UTF8'").format(quoted)
    _run(maintenance, drop, make)
    try:
        yield own
    finally:
        _run(maintenance, drop)


def _run(url: str, *statements: sql.Composed) -> None:
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement)
