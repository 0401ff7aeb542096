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


def test_what_was_begun_keeps_its_definition_and_mailings_name_what_they_were_about(
    empty_app: Flask,
) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision="0003")
        fill(db.engine)
        add(db.engine, "definitions", {"digest": "d2", "text": "{}"})
        add(db.engine, "meetings", ROWS["meetings"] | {"id": 2, "kind": "direction"})
        add(
            db.engine,
            "questionnaires",
            ROWS["questionnaires"] | {"id": 2, "meeting_id": 2, "key": "riktning", "digest": "d2"},
        )
        second = {"id": 2, "public_id": "s2", "questionnaire_id": 2}
        add(db.engine, "submissions", ROWS["submissions"] | second)
        for number, (kind, meeting) in enumerate(
            [("preparation", 1), ("preparation_reminder", 2), ("invitation", 1)], 1
        ):
            add(db.engine, "mailings", mailing(number, kind, meeting))
        flask_migrate.upgrade(directory=FOLDER)
        assert read(db.engine, "submissions", "digest") == ["d1", "d2"]
        assert read(db.engine, "questionnaires", "timing") == ["before", "before"]
        assert read(db.engine, "questionnaires", "opens_days") == [None, None]
        assert read(db.engine, "mailings", "audience") == [
            {"choice": None, "left_out": ["a.b"], "questionnaire": "arbetsmote"},
            {"choice": None, "left_out": ["a.b"], "questionnaire": "riktning"},
            {"choice": None, "left_out": ["a.b"]},
        ]
        with pytest.raises(sa.exc.IntegrityError):
            add(
                db.engine,
                "submissions",
                ROWS["submissions"] | {"id": 3, "public_id": "s3", "respondent_key": "o2"},
            )


def mailing(number: int, kind: str, meeting: int) -> dict[str, Any]:
    """A mailing as it was stored before it named its questionnaire."""
    return {
        "id": number,
        "public_id": f"u{number}",
        "meeting_id": meeting,
        "kind": kind,
        "audience": {"choice": None, "left_out": ["a.b"]},
        "confirm_key": f"nyckel{number}",
        "created_at": AT,
        "state": "done",
        "expected": 1,
        "by": "Karin",
    }


def add(engine: sa.Engine, name: str, row: dict[str, Any]) -> None:
    """Writes a row of a table as it is now."""
    table = sa.Table(name, sa.MetaData(), autoload_with=engine)
    with engine.begin() as connection:
        connection.execute(table.insert().values(**row))


def read(engine: sa.Engine, name: str, column: str) -> list[Any]:
    """What stands in a column, in the order of the ids."""
    table = sa.Table(name, sa.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(table.c[column]).order_by(table.c.id)))


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
