"""Backup and restore: all that was acknowledged is in the copy, and nothing goes out twice."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from click.testing import Result
from flask import Flask

from annualwheel import audit, create_app
from annualwheel.cli.backup import PARTIAL
from annualwheel.contacts import organisations
from annualwheel.db import Base, db, schema_version
from annualwheel.jobs import sweep
from annualwheel.jobs.queue import queue_of
from annualwheel.models import Mailing, Message, Organisation
from annualwheel.participation import replies
from annualwheel.services import Services, enqueue
from config import ROOT, Settings
from tests import databases
from tests.conftest import START, Fixed, close, run_jobs
from tests.databases import PostgreSQL, SQLite
from tests.makers.guests import link_of, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff
from tests.tiny_browser import Browser

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def programs(database: SQLite | PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs of the tests' own server come first."""
    if database.kind == "postgresql":
        databases.put_programs_first(monkeypatch)


@pytest.fixture
def elsewhere(
    database: SQLite | PostgreSQL,
    tmp_path: Path,
    settings_for: Callable[..., Settings],
    clock: Fixed,
) -> Iterator[Flask]:
    """An application on an empty database of the same kind, with a queue of its own."""
    with databases.empty(database.kind, tmp_path) as url:
        made = create_app(settings_for(url, queue_url=f"sqlite:///{tmp_path / 'q.db'}"), clock)
        yield made
        close(made)


def run(app: Flask, *arguments: object) -> Result:
    done = app.test_cli_runner().invoke(args=[str(one) for one in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def copied(app: Flask, folder: Path) -> Path:
    """A new copy in the folder."""
    done = run(app, "backup", folder)
    assert done.exit_code == 0, done.output
    return Path(done.output.splitlines()[0].partition(": ")[2])


def contents(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table but the trail and the periodic ticks."""
    with app.app_context():
        tables = [t for t in Base.metadata.sorted_tables if t.name not in ("audit", "ticks")]
        return {
            table.name: sorted(map(repr, db.session.execute(sa.select(table)))) for table in tables
        }


def test_a_copy_is_put_back_whole_and_opens_the_same_links(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        guest = make_guest(make_meeting())
        link = link_of(guest)
        replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
        db.session.commit()
        db.session.execute(sa.update(Message).values(state="sent"))
        db.session.commit()
        schema = schema_version()
    made = copied(app, tmp_path / "copies")
    done = run(elsewhere, "restore", made)
    assert done.exit_code == 0, done.output
    assert contents(elsewhere) == contents(app)
    with elsewhere.app_context():
        assert schema_version() == schema
    Browser(elsewhere).open(link).see("anmäld")
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["schema"] == schema
    assert {"database", "queue"} == set(manifest["files"])
    assert "k" * 40 not in (made / "manifest.json").read_text()


def test_nobody_else_on_the_machine_reads_a_copy(app: Flask, tmp_path: Path) -> None:
    made = copied(app, tmp_path / "copies")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()}
    assert (modes, stat.S_IMODE(made.stat().st_mode)) == ({0o600}, 0o700)


def test_what_was_on_its_way_waits_for_a_person(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        meeting = make_meeting()
        mailing = Mailing(
            meeting=meeting,
            kind="invitation",
            audience={},
            state="sending",
            expected=5,
            confirm_key="x",
            created_at=START,
        )
        db.session.add(mailing)
        for number, state in enumerate(("queued", "retry", "sending", "sent", "failed")):
            guest = make_guest(meeting, f"Gast{number}", "Ek", f"Organisation {number}")
            db.session.execute(
                sa.update(Message).where(Message.registration_id == guest.id).values(state=state)
            )
        db.session.commit()
    made = copied(app, tmp_path / "copies")
    done = run(elsewhere, "restore", made)
    assert "3 mejl var på väg" in done.output
    assert "1 utskick är pausade" in done.output
    assert "0 erbjudna platser" in done.output
    with elsewhere.app_context():
        states = db.session.scalars(sa.select(Message.state).order_by(Message.id)).all()
        assert states == ["unknown", "unknown", "unknown", "sent", "failed"]
        assert db.session.scalars(sa.select(Mailing.state)).all() == ["paused"]
        sweep.sweep_minute()
    run_jobs(elsewhere)
    with elsewhere.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Message.state == "sent")) == 1


def test_a_copy_is_never_put_over_data(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        make_staff()
        db.session.commit()
    made = copied(app, tmp_path / "copies")
    before = contents(app)
    done = run(app, "restore", made)
    assert done.exit_code == 1
    assert "finns redan" in done.output or "har redan" in done.output
    assert contents(app) == before


def test_the_jobs_of_the_copy_are_put_back_where_there_are_none(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        enqueue("drain")
    made = copied(app, tmp_path / "copies")
    with elsewhere.app_context():
        enqueue("drain")
    done = run(elsewhere, "restore", made)
    assert (done.exit_code, "Kön har 1 jobb" in done.output) == (1, True)
    queue_of(elsewhere).storage.flush_all()
    assert run(elsewhere, "restore", made).exit_code == 0
    assert queue_of(elsewhere).pending_count() == 1


@pytest.mark.parametrize("what", ["cut", "missing", "no manifest", "newer", "of another format"])
def test_a_copy_that_is_not_whole_is_refused(
    app: Flask, elsewhere: Flask, tmp_path: Path, what: str
) -> None:
    made = copied(app, tmp_path / "copies")
    file, manifest = made / "database", made / "manifest.json"
    if what == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    elif what == "missing":
        file.unlink()
    elif what == "no manifest":
        manifest.unlink()
    elif what == "newer":
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema": "9999"}))
    else:
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 2}))
    done = run(elsewhere, "restore", made)
    assert done.exit_code == 1
    assert "Error: " in done.output
    with elsewhere.app_context():
        assert sa.inspect(db.engine).get_table_names() == []


def test_old_copies_go_and_nothing_else(app: Flask, tmp_path: Path, clock: Fixed) -> None:
    folder = tmp_path / "copies"
    first = copied(app, folder)
    for name, text in (("other", "{}"), ("another", "[1]"), ("third", "not JSON")):
        (folder / name).mkdir()
        (folder / name / "manifest.json").write_text(text)
    clock.advance(20 * DAY)
    second = copied(app, folder)
    clock.advance(11 * DAY)
    third = copied(app, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [second.name, third.name, "other", "another", "third"]
    )
    clock.advance(100 * DAY)
    assert run(app, "backup", folder, "--keep", "1").exit_code == 0
    assert not any(one.exists() for one in (first, second, third))


def test_what_is_left_of_an_interrupted_copy_is_no_copy(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    made = copied(app, tmp_path / "copies")
    half = made.rename(made.with_name(f"{made.name}{PARTIAL}"))
    (half / "manifest.json").unlink()
    assert run(elsewhere, "restore", half).exit_code == 1
    assert run(app, "backup", tmp_path / "copies").exit_code == 0


def test_what_an_interrupted_copy_left_goes_a_day_later(
    app: Flask, tmp_path: Path, clock: Fixed
) -> None:
    folder = tmp_path / "copies"
    made = copied(app, folder)
    half = made.rename(made.with_name(f"{made.name}{PARTIAL}"))
    (folder / f"something else{PARTIAL}").mkdir()
    clock.advance(DAY)
    copied(app, folder)
    assert half.exists()
    clock.advance(dt.timedelta(minutes=1))
    copied(app, folder)
    assert not half.exists()
    assert (folder / f"something else{PARTIAL}").exists()


def test_a_copy_of_another_database_is_refused(app: Flask, tmp_path: Path) -> None:
    made = copied(app, tmp_path / "copies")
    manifest = made / "manifest.json"
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}
    kept = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(kept | {"kind": other[kept["kind"]]}))
    done = run(app, "restore", made)
    assert (done.exit_code, "DATABASE_URL" in done.output) == (1, True)


@pytest.mark.race
def test_all_that_was_acknowledged_before_the_copy_is_in_it(
    app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    """Thirty others write all the time, and the copy is none of their business."""
    written, stop = list[str](), threading.Event()

    def write() -> None:
        with app.app_context():
            while not stop.wait(0.05):
                name = f"Provorganisation {threading.get_ident()} {len(written)}"
                organisations.add_organisation(name, code=name)
                db.session.commit()
                written.append(name)
                db.session.remove()

    writers = [threading.Thread(target=write) for _ in range(30)]
    for one in writers:
        one.start()
    while len(written) < 30:
        stop.wait(0.01)
    acknowledged = list(written)
    made = copied(app, tmp_path / "copies")
    stop.set()
    for one in writers:
        one.join()
    assert run(elsewhere, "restore", made).exit_code == 0
    with elsewhere.app_context():
        found = set(db.session.scalars(sa.select(Organisation.name)))
    assert set(acknowledged) <= found <= set(written)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_copy_of_the_file_alone_lacks_what_was_acknowledged(
    database: SQLite, app: Flask, tmp_path: Path
) -> None:
    """Why there is a command: what is committed last stands in the log beside the file."""
    with app.app_context():
        organisations.add_organisation("Sist sparad")
        db.session.commit()
        made = copied(app, tmp_path / "copies")
        plain = tmp_path / "plain.db"
        # By another process: closing the file in this one would end its locks.
        subprocess.run(["cp", str(database.file), str(plain)], check=True)
        counts = [_named(plain), _named(made / "database")]
    assert counts == [0, 1]


def test_a_copy_of_an_older_schema_is_brought_up(
    database: SQLite | PostgreSQL, app: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    migrations = str(ROOT / "migrations")
    newest = ScriptDirectory(migrations).get_current_head()
    before = ScriptDirectory(migrations).get_revision(newest).down_revision
    (tmp_path / "older").mkdir()
    with databases.empty(database.kind, tmp_path / "older") as url:
        older = create_app(replace(services_of(elsewhere).settings, database_url=url))
        with older.app_context():
            flask_migrate.upgrade(directory=migrations, revision=before)
        made = copied(older, tmp_path / "copies")
        close(older)
    done = run(elsewhere, "restore", made)
    assert done.exit_code == 0, done.output
    with elsewhere.app_context():
        assert schema_version() == newest


def services_of(app: Flask) -> Services:
    found: Services = app.extensions["arshjulet"]
    return found


def _named(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        asked = "select count(*) from organisations where name = 'Sist sparad'"
        return int(connection.execute(asked).fetchone()[0])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_disk_has_what_is_acknowledged(app: Flask) -> None:
    """FULL is 2 (https://sqlite.org/pragma.html#pragma_synchronous)."""
    with app.app_context():
        assert db.session.scalar(sa.text("pragma synchronous")) == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_its_owner_reads_a_new_database_and_its_queue(
    database: SQLite, settings_for: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = settings_for(
        f"sqlite:///{tmp_path / 'new.db'}", queue_url=f"sqlite:///{tmp_path / 'queue.db'}"
    )
    made = create_app(settings)
    with made.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        enqueue("drain")
        db.session.execute(sa.text("select 1"))
        names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    close(made)
    assert set(names.values()) == {0o600}
    assert {"new.db", "queue.db"} <= names.keys()
