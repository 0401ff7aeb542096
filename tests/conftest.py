"""What every test may ask for.

`app` runs the test twice, on SQLite and on PostgreSQL, each as the migrations left it. `visitor`
and `new_visitor` act over HTTP, `work` runs the queued jobs, `smtp` is a real mail server, `clock`
stands still until the test moves it. A test of subjects alone asks for `session`, which opens the
application context.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextvars import Context
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session, scoped_session

from annualwheel import create_app
from annualwheel.db import db
from annualwheel.jobs.queue import queue_of
from config import ROOT, Settings
from tests import databases, smtp_server
from tests.databases import PostgreSQL, SQLite
from tests.tiny_browser import Browser
from tests.watching import log_kept

MEMORY, NEEDED = Path("/dev/shm"), 2**32
START = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
# A property that holds holds on a busy machine too: no example is failed for being slow.
settings.register_profile(
    "unhurried", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")


class Fixed:
    """A clock that stands still at 2026-11-23 09:00 in Stockholm until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> dt.datetime:
        """The moment it shows, aware UTC."""
        return self.moment

    def advance(self, by: dt.timedelta) -> None:
        """Moves it forward."""
        self.moment += by

    def set(self, moment: dt.datetime) -> None:
        """Puts it at an aware moment."""
        self.moment = moment.astimezone(dt.UTC)


def pytest_configure(config: pytest.Config) -> None:
    """The first process names the run and where its files are; the workers inherit both, and share
    its PostgreSQL server.
    """
    if not hasattr(config, "workerinput"):
        os.environ[databases.RUN] = str(os.getpid())
        # Each commit waits until the disk has it (see `engines`), which in memory is at once.
        if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Only the first process ends the server: it outlives the workers."""
    if not hasattr(config, "workerinput"):
        databases.end_run()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """All that is collected lives until the run ends: nobody looks through it for what is used no
    more, neither meanwhile nor after each test (measured: a third of the time of collecting).
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def the_log() -> Iterator[None]:
    """Where lines of the log go, and which: after the test as before it."""
    with log_kept():
        yield


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """ "gw0", "gw1", … or "main" without xdist."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def times() -> int:
    """How often a fault strikes: once in the ordinary run, more often in `make faults`."""
    return int(os.environ.get("FAULT_TIMES") or "1")


@pytest.fixture(scope="session")
def session_smtp() -> Iterator[smtp_server.Smtp]:
    """The mail server of this worker; tests use `smtp`."""
    with smtp_server.running() as server:
        yield server


@pytest.fixture
def smtp(session_smtp: smtp_server.Smtp) -> smtp_server.Smtp:
    """The mail server, empty."""
    session_smtp.clear()
    return session_smtp


@pytest.fixture(scope="session")
def session_clock() -> Fixed:
    """The clock all applications of this worker look at; tests use `clock`."""
    return Fixed()


@pytest.fixture
def clock(session_clock: Fixed) -> Fixed:
    """The clock, back at its start."""
    session_clock.moment = START
    return session_clock


@pytest.fixture(scope="session")
def settings_for(
    session_smtp: smtp_server.Smtp, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Settings]:
    """`settings_for(url, **changes)`: the settings of a test application."""
    folder = tmp_path_factory.mktemp("settings")

    def build(database_url: str, **changes: object) -> Settings:
        usual: dict[str, object] = {
            "secret_keys": ("k" * 40,),
            "environment": "test",
            "database_url": database_url,
            "worker": "separate",
            "queue_url": f"sqlite:///{folder / 'queue.db'}",
            "base_url": "http://localhost",
            "mail_server": "127.0.0.1",
            "mail_port": session_smtp.port,
            "mail_timeout": 5.0,
            "mail_allow": ("example", "example.org"),
        }
        return Settings(**(usual | changes))  # type: ignore[arg-type]

    return build


class Places:
    """The databases and applications of this worker, made when first asked for."""

    def __init__(
        self,
        settings_for: Callable[..., Settings],
        clock: Fixed,
        shared: Path,
        own: Path,
        worker: str,
    ) -> None:
        self.settings_for, self.clock, self.shared, self.own, self.worker = (
            settings_for,
            clock,
            shared,
            own,
            worker,
        )
        # Hundreds of applications are made for the tests; each template is compiled once for all of
        # them.
        self.compiled = FileSystemBytecodeCache(str(shared))
        self.databases: dict[str, SQLite | PostgreSQL] = {}
        self.apps: dict[str, Flask] = {}

    def migrate(self, url: str) -> None:
        """Brings the database at `url` to the newest migration."""
        app = create_app(self.settings_for(url), self.clock)
        with app.app_context():
            flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        close(app)

    def database(self, kind: str) -> SQLite | PostgreSQL:
        """The worker's database of that kind."""
        if kind not in self.databases:
            self.databases[kind] = (
                SQLite.create(self.shared, self.own, self.migrate)
                if kind == "sqlite"
                else PostgreSQL.create(self.shared, self.worker, self.migrate)
            )
        return self.databases[kind]

    def new_app(self, url: str, **changes: object) -> Flask:
        """An application of its own on the database at `url`."""
        app = create_app(self.settings_for(url, **changes), self.clock)
        app.jinja_env.bytecode_cache = self.compiled
        return app

    def app(self, kind: str) -> Flask:
        """The worker's application on that database, with nothing queued and nothing open."""
        if kind not in self.apps:
            self.apps[kind] = self.new_app(self.database(kind).url)
        app = self.apps[kind]
        with app.app_context():
            db.engine.dispose()
        queue_of(app).storage.flush_all()
        return app

    def close(self) -> None:
        """Closes what is open, and removes the databases."""
        for app in self.apps.values():
            close(app)
        for database in self.databases.values():
            database.drop()


def close(app: Flask) -> None:
    """Lets go of the application's connections."""
    with app.app_context():
        db.engine.dispose()
    queue_of(app).storage.close()


@pytest.fixture(scope="session")
def places(
    settings_for: Callable[..., Settings],
    session_clock: Fixed,
    tmp_path_factory: pytest.TempPathFactory,
    worker_name: str,
) -> Iterator[Places]:
    """Where the tests of this worker take place."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_name == "main" else base.parent
    found = Places(
        settings_for, session_clock, shared, tmp_path_factory.mktemp("databases"), worker_name
    )
    yield found
    found.close()


@pytest.fixture(params=databases.EACH)
def database(request: pytest.FixtureRequest, places: Places) -> SQLite | PostgreSQL:
    """Each of the two databases in turn, as the migrations left it: `.kind`, `.url`."""
    found = places.database(request.param)
    if request.param in places.apps:
        places.app(request.param)
    found.reset()
    return found


@pytest.fixture
def app(
    database: SQLite | PostgreSQL, places: Places, clock: Fixed, smtp: smtp_server.Smtp
) -> Flask:
    """The application on each database.

    No context is open: see `session`, or write `with app.app_context():`.
    """
    return places.app(database.kind)


@pytest.fixture
def make_app(
    database: SQLite | PostgreSQL, places: Places, clock: Fixed, smtp: smtp_server.Smtp
) -> Iterator[Callable[..., Flask]]:
    """`make_app(base_url="https://…", dev_mailbox=folder)`: an application of its own with other
    settings.
    """
    made: list[Flask] = []
    first = database.kind not in places.apps

    def build(**changes: object) -> Flask:
        made.append(places.new_app(database.url, **changes))
        if first and len(made) == 1:
            # The queue is one for all applications of this worker; nobody else has emptied it.
            queue_of(made[0]).storage.flush_all()
        return made[-1]

    yield build
    for one in made:
        close(one)


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The database session inside an open application context, for tests that call subjects
    directly.
    """
    with app.app_context():
        yield db.session


@pytest.fixture
def work(app: Flask) -> Callable[[], int]:
    """`work()` runs every queued job here and now, as a worker would, and returns how many; a
    failing job fails the test.
    """
    return lambda: run_jobs(app)


def run_jobs(app: Flask) -> int:
    """Runs what is queued, each job outside any context of the test's own."""
    queue, done = queue_of(app), 0
    while (task := queue.dequeue()) is not None:
        Context().run(task.execute)
        done += 1
    return done


@pytest.fixture
def new_visitor(app: Flask) -> Callable[[], Browser]:
    """`new_visitor()`: a new small browser with its own cookies, so that several people can act in
    one test.
    """
    return lambda: Browser(app)


@pytest.fixture
def visitor(new_visitor: Callable[[], Browser]) -> Browser:
    """One small browser over HTTP."""
    return new_visitor()
