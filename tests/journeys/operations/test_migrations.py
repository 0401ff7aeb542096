"""The migrations: one head, nothing missing from the models, and no row lost on the way up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from psycopg import sql

from annualwheel import create_app
from annualwheel.db import Base, db
from config import ROOT, Settings
from tests import databases
from tests.conftest import Fixed, close

FOLDER = str(ROOT / "migrations")
FIRST = "0001"
AT = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)
# Rows that hang on each other, as the first migration knows the tables.
ROWS: dict[str, dict[str, Any]] = {
    "years": {"id": 1, "number": 2027},
    "organisations": {
        "id": 1,
        "public_id": "o1",
        "code": "ARJ",
        "name": "Årjängs kommun",
        "folded": "årjängs kommun",
        "active": True,
    },
    "persons": {
        "id": 1,
        "public_id": "p1",
        "given": "Åsa",
        "family": "Ängprov",
        "email": "asa@arj.example",
        "email_folded": "asa@arj.example",
        "name_folded": "åsa ängprov",
        "language": "sv",
        "mobile": "",
        "active": True,
        "source": "",
    },
    "affiliations": {
        "id": 1,
        "person_id": 1,
        "organisation_id": 1,
        "title": "strateg",
        "active": True,
    },
    "meetings": {
        "id": 1,
        "year_id": 1,
        "kind": "work",
        "starts_at": AT,
        "ends_at": AT,
        "place": "Karlstad",
        "address": "",
        "sequence": 0,
        "state": "planned",
        "registry_number": "",
        "open_registration": False,
        "with_lunch": False,
        "cancel_reason": "",
    },
    "definitions": {"digest": "d1", "text": "{}"},
    "questionnaires": {
        "id": 1,
        "meeting_id": 1,
        "key": "arbetsmote",
        "digest": "d1",
        "respondent": "organisation",
        "published_at": AT,
    },
    "submissions": {
        "id": 1,
        "public_id": "s1",
        "questionnaire_id": 1,
        "respondent_key": "o1",
        "organisation_id": 1,
        "state": "draft",
    },
    "members": {
        "id": 1,
        "public_id": "m1",
        "submission_id": 1,
        "person_id": 1,
        "scope": "",
        "role": "lead",
        "link_version": 1,
        "seen_section": "",
    },
    "items": {"id": 1, "public_id": "i1", "submission_id": 1, "group_key": "", "position": 0},
    "answers": {
        "id": 1,
        "item_id": 1,
        "question_key": "uppdrag",
        "value": "Vi bygger en bro",
        "version": 1,
        "author_id": 1,
        "at": AT,
    },
}


@pytest.fixture(params=databases.EACH)
def empty_app(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    settings_for: Callable[..., Settings],
    clock: Fixed,
) -> Iterator[Flask]:
    """An application on a database without a single table."""
    name = f"migrations_{tmp_path.name}".lower().replace("-", "_")[:60]
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with psycopg.connect(databases.server_url("postgres"), autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = databases.server_url(name)
    app = create_app(settings_for(url), clock)
    yield app
    close(app)
    if request.param == "postgresql":
        with psycopg.connect(databases.server_url("postgres"), autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(FOLDER).get_heads()) == 1


def test_the_models_and_the_migrations_agree(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER)
        flask_migrate.check(directory=FOLDER)
        assert set(sa.inspect(db.engine).get_table_names()) == {
            *Base.metadata.tables,
            "alembic_version",
        }


def test_rows_written_before_stand_after_every_step_up(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision=FIRST)
        before = fill(db.engine)
        flask_migrate.upgrade(directory=FOLDER)
        assert {name: count(db.engine, name) for name in before} == before
        with db.engine.connect() as connection:
            place = connection.execute(
                sa.text(
                    "SELECT o.name, p.family FROM affiliations a JOIN organisations o ON o.id = "
                    "a.organisation_id "
                    "JOIN persons p ON p.id = a.person_id"
                )
            ).one()
        assert tuple(place) == ("Årjängs kommun", "Ängprov")


BEFORE_ACTORS = "0003"
STAFF = {1: "Karin Ek", 2: "Nils Ask", 3: "Nils Ask", 4: "Åsa Öst, Region Värmland"}
# Each mailing: the name that was kept, the account that the trail knows, and what it becomes
# (kind of actor, account, name).
BEGUN: dict[str, tuple[str, int | None, tuple[str, int | None, str]]] = {
    "one has the name": ("Karin Ek", None, ("staff", 1, "")),
    "two have the name": ("Nils Ask", None, ("staff", None, "Nils Ask")),
    "two have the name and the trail knows": ("Nils Ask", 3, ("staff", 3, "")),
    "renamed since": ("Asa Oest", 4, ("staff", 4, "")),
    "renamed since, no trail": ("Karin Ek (vik.)", None, ("staff", None, "Karin Ek (vik.)")),
    "the trail knows an account that is gone": ("Karin Ek", 77, ("staff", 1, "")),
    "nobody": ("", None, ("system", None, "")),
}


def test_who_began_a_mailing_is_found_and_no_name_is_lost(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision=BEFORE_ACTORS)
        fill_mailings(db.engine)
        flask_migrate.upgrade(directory=FOLDER)
        with db.engine.connect() as connection:
            rows = connection.execute(
                sa.text("SELECT confirm_key, actor_kind, staff_id, by_name FROM mailings")
            )
            found = {row[0]: tuple(row[1:]) for row in rows}
            mails = connection.execute(sa.text("SELECT text_version FROM messages")).scalars().all()
        assert found == {key: expected for key, (_name, _trail, expected) in BEGUN.items()}
        assert mails == [""]
        wrong = sa.text("UPDATE mailings SET actor_kind = 'somebody'")
        with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
            connection.execute(wrong)
        unknown = sa.text("UPDATE mailings SET staff_id = 99")
        with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
            connection.execute(unknown)


def test_the_names_come_back_on_the_way_down(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision=BEFORE_ACTORS)
        fill_mailings(db.engine)
        flask_migrate.upgrade(directory=FOLDER)
        flask_migrate.downgrade(directory=FOLDER, revision=BEFORE_ACTORS)
        with db.engine.connect() as connection:
            rows = connection.execute(sa.text('SELECT confirm_key, "by" FROM mailings'))
            found = {row[0]: row[1] for row in rows}
        as_now = {"renamed since": "Åsa Öst, Region Värmland"}
        assert found == {key: name for key, (name, *_rest) in BEGUN.items()} | as_now
        assert count(db.engine, "messages") == 1


def fill_mailings(engine: sa.Engine) -> None:
    """Writes `STAFF`, `BEGUN`, the trail, and one mail."""
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:

        def write(table: str, **values: object) -> None:
            connection.execute(tables.tables[table].insert().values(**values))

        for name in ("years", "meetings"):
            write(name, **ROWS[name])
        for number, name in STAFF.items():
            address = f"k{number}@region.example"
            known = {"email": address, "email_folded": address, "language": "sv", "active": True}
            write("staff", id=number, public_id=f"s{number}", name=name, **known)
        for number, (key, (name, trail, _expected)) in enumerate(BEGUN.items(), 1):
            kept = {"kind": "invitation", "audience": {}, "state": "done", "expected": 1}
            which = {"id": number, "public_id": f"u{number}", "meeting_id": 1, "confirm_key": key}
            write("mailings", **which, **kept, by=name, created_at=AT)
            if trail is not None:
                what = {"verb": "mailing_confirmed", "subject_kind": "mailings", "details": {}}
                who = {"actor_kind": "staff", "actor_id": trail, "subject_id": number}
                write("audit", at=AT, meeting_id=1, **what, **who)
        write("messages", **MAIL)


MAIL = {
    "id": 1,
    "public_id": "m1",
    "key": "invitation:1",
    "kind": "invitation",
    "address": "asa@arj.example",
    "queued_at": AT,
    "due_at": AT,
    "name": "Åsa Ängprov",
    "language": "sv",
    "mailing_id": 1,
    "state": "sent",
    "lease_by": "",
    "attempts": 1,
    "error": "",
}


def fill(engine: sa.Engine) -> dict[str, int]:
    """Writes `ROWS`; how many each table holds."""
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name, row in ROWS.items():
            connection.execute(tables.tables[name].insert().values(**row))
    return dict.fromkeys(ROWS, 1)


def count(engine: sa.Engine, name: str) -> int:
    with engine.connect() as connection:
        return connection.execute(
            sa.select(sa.func.count()).select_from(sa.table(name))
        ).scalar_one()
