"""Where it is measured: fresh databases of both kinds, and the application's own server on them."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from flask import Flask
from psycopg import sql

from annualwheel import create_app
from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.services import Services
from bench import processes
from config import ROOT, Settings
from scripts import postgresql

KEY = "bench-" * 8
OURS = ("MAIL_", "DATABASE_", "QUEUE_", "DEV_", "WEB_", "BASE_", "SECRET_")
QUIET = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


@dataclass
class Place:
    """A migrated, empty database with a folder of its own.

    `server` is the first process of its database server, 0 for a file.
    """

    kind: str
    url: str
    folder: Path
    server: int
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """The environment of the application.

        As in production, but the worker apart, so that only what is meant is measured.
        """
        return {
            **QUIET,
            "SECRET_KEYS": KEY,
            "DATABASE_URL": self.url,
            "QUEUE_URL": f"sqlite:///{self.folder / 'queue.db'}",
            "WORKER": "separate",
            "BASE_URL": "http://127.0.0.1",
            "MAIL_ALLOW": "example.org",
            "MAIL_SERVER": "127.0.0.1",
            "PYTHONUTF8": "1",
            **self.changes,
        }

    @property
    def log(self) -> Path:
        """Where the processes of this place write."""
        return self.folder / "log"

    @contextlib.contextmanager
    def app(self) -> Iterator[Flask]:
        """The application in this process with its context open, for filling and checking.

        Connections are closed afterwards.
        """
        found = create_app(Settings.from_env(self.environ))
        with found.app_context():
            yield found
            db.session.remove()
            db.engine.dispose()

    @contextlib.contextmanager
    def web(self) -> Iterator[Served]:
        """The application under gunicorn, as gunicorn.conf.py starts it.

        Two workers with four threads each.
        """
        port = processes.free_port()
        environ = {
            **self.environ,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "WEB_WORKERS": "2",
            "WEB_THREADS": "4",
        }
        command = ("gunicorn", "-c", "gunicorn.conf.py")
        with processes.running(command, environ, self.log, port) as pid:
            yield Served(port, [pid, self.server] if self.server else [pid])


@dataclass(frozen=True)
class Served:
    """A running server: its port, and the first processes of all that works for it."""

    port: int
    roots: list[int]


@contextlib.contextmanager
def hello(place: Place) -> Iterator[Served]:
    """A Flask view that says hello, under the same server with the same numbers."""
    port = processes.free_port()
    options = {
        # An empty configuration file: otherwise the application's own in this folder is read.
        "--config": os.devnull,
        "--bind": f"127.0.0.1:{port}",
        "--worker-class": "gthread",
        "--workers": "2",
        "--threads": "4",
        "--log-level": "warning",
    }
    given = [part for option in options.items() for part in option]
    command = ("gunicorn", *given, "--no-control-socket", "bench.hello:app")
    with processes.running(command, QUIET, place.log, port) as pid:
        yield Served(port, [pid])


def token(app: Flask, purpose: str, public_id: str, version: int = 1) -> str:
    """The signed token of a mailed link."""
    found: Services = app.extensions["arshjulet"]
    return found.link_signer.token(Target(purpose, public_id, version))


class Places:
    """Makes databases; everything is gone when the block ends.

    The migrations run once for each kind.
    """

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="arshjulet-bench-"))
        self.run, self.number, self.templates = str(os.getpid()), 0, set[str]()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        postgresql.stop(self.run)
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, kind: str) -> Place:
        """A new database, as the migrations leave it."""
        self.number += 1
        folder = self.folder / f"{kind}{self.number}"
        folder.mkdir()
        return self._sqlite(folder) if kind == "sqlite" else self._postgresql(folder)

    def _sqlite(self, folder: Path) -> Place:
        template = self.folder / "template.db"
        if not template.exists():
            _migrate(Place("sqlite", f"sqlite:///{template}", self.folder, 0))
        shutil.copyfile(template, folder / "bench.db")
        return Place("sqlite", f"sqlite:///{folder / 'bench.db'}", folder, 0)

    def _postgresql(self, folder: Path) -> Place:
        server = postgresql.start(self.run)
        if "postgresql" not in self.templates:
            _create(server, "bench_template", "template0")
            _migrate(Place("postgresql", server.url("bench_template"), self.folder, server.pid))
            self.templates.add("postgresql")
        _create(server, f"bench_{self.number}", "bench_template")
        return Place("postgresql", server.url(f"bench_{self.number}"), folder, server.pid)


def _create(server: postgresql.Server, name: str, template: str) -> None:
    make = sql.SQL("create database {} template {} encoding 'UTF8'")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))


def _migrate(place: Place) -> None:
    subprocess.run(
        processes.command("flask", "--app", "wsgi", "db", "upgrade"),
        cwd=ROOT,
        env=place.environ,
        check=True,
        capture_output=True,
    )
    if place.kind == "sqlite":
        _in_file(place, "pragma wal_checkpoint(truncate)")


def _in_file(place: Place, statement: str) -> None:
    file = place.url.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)


def settled(place: Place) -> None:
    """After filling: the planner knows the sizes of the tables.

    As it does in a database that has lived for a while.
    """
    if place.kind == "postgresql":
        with psycopg.connect(place.url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
    else:
        _in_file(place, "analyze")
