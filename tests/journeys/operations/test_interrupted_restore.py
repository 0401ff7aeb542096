"""A restore that is killed half way leaves nothing that anybody can use, and can be done again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import create_app
from annualwheel.db import db
from annualwheel.engines import BeingRestored
from annualwheel.jobs.sending import drain_outbox
from annualwheel.models import Message
from annualwheel.services import enqueue, services
from config import ROOT, Settings
from tests import databases
from tests.conftest import Fixed, close
from tests.databases import PostgreSQL, SQLite
from tests.makers.guests import make_guest, make_meeting

pytestmark = pytest.mark.fault


@pytest.fixture(autouse=True)
def programs(database: SQLite | PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs of the tests' own server come first."""
    if database.kind == "postgresql":
        databases.put_programs_first(monkeypatch)


@pytest.fixture
def place(
    database: SQLite | PostgreSQL, tmp_path: Path, settings_for: Callable[..., Settings]
) -> Iterator[Settings]:
    """An empty database of the same kind, with a queue of its own, and no process on it."""
    with databases.empty(database.kind, tmp_path) as url:
        yield settings_for(url, queue_url=f"sqlite:///{tmp_path / 'q.db'}")


@pytest.fixture
def start(place: Settings, clock: Fixed) -> Iterator[Callable[[], Flask]]:
    """Starts an application there, as web and worker do."""
    made: list[Flask] = []

    def begin() -> Flask:
        made.append(create_app(place, clock))
        return made[-1]

    yield begin
    for app in made:
        close(app)


@pytest.fixture
def copy(app: Flask, tmp_path: Path) -> Path:
    """A copy with a mail that waits, and a job for it."""
    with app.app_context():
        make_guest(make_meeting())
        db.session.commit()
        enqueue("send", [1])
    done = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "copies")])
    return Path(done.output.splitlines()[0].partition(": ")[2])


def killed(place: Settings, copy: Path, commits: int) -> bool:
    """Restores in a process that dies before that commit; whether it died."""
    restorer = [sys.executable, "-m", "tests.killed_restorer", place.database_url]
    restorer += [place.queue_url, str(copy), str(commits)]
    done = subprocess.run(restorer, cwd=ROOT, capture_output=True, check=False)
    return done.returncode == -signal.SIGKILL


# Before the marker is committed on a server, while it migrates, and before its last commit.
@pytest.mark.parametrize("commits", [0, 1, 2])
def test_what_is_half_put_back_sends_nothing_and_says_so_and_the_next_one_is_whole(
    place: Settings,
    start: Callable[[], Flask],
    copy: Path,
    commits: int,
    database: SQLite | PostgreSQL,
) -> None:
    kind = database.kind
    if not killed(place, copy, commits):
        # On SQLite the marker comes with the file, so there is one commit less.
        assert (kind, commits) == ("sqlite", 2)
        return
    half = start()
    if not (kind == "postgresql" and commits == 0):
        answer = half.test_client().get("/")
        assert answer.status_code == 503 and "snart tillbaka" in answer.text
        told = half.test_client().get("/readyz")
        assert (told.status_code, told.get_json()["status"]) == (503, "being_restored")
        assert "restore igen" in told.get_json()["problems"][-1]
        assert half.test_client().get("/healthz").status_code == 200
        with half.app_context(), pytest.raises(BeingRestored):
            drain_outbox()
    again = start().test_cli_runner().invoke(args=["restore", str(copy)])
    if kind == "postgresql" and commits:
        assert again.exit_code == 1 and "Skapa en tom databas" in again.output
        return
    assert again.exit_code == 0, again.output
    whole = start()
    with whole.app_context():
        assert db.session.scalars(sa.select(Message.state)).all() == ["unknown"]
        assert services().queue.pending_count() == 1
    assert whole.test_client().get("/readyz").status_code == 200


@pytest.mark.postgresql
def test_a_process_that_ran_before_does_not_use_it_either(
    place: Settings, start: Callable[[], Flask], copy: Path, database: SQLite | PostgreSQL
) -> None:
    if database.kind == "sqlite":
        return
    before = start()
    with before.app_context():
        db.session.execute(sa.text("select 1"))
        db.session.remove()
        rested = [one.info for one in records(db.engine)]
    for info in rested:
        info["rests_since"] = 0.0
    assert killed(place, copy, 1)
    with before.app_context(), pytest.raises(BeingRestored):
        db.session.execute(sa.text("select 1"))


def records(engine: sa.Engine) -> list[sa.pool.ConnectionPoolEntry]:
    """The connections that rest in the pool."""
    pool = engine.pool
    assert isinstance(pool, sa.QueuePool)
    return list(pool._pool.queue)
