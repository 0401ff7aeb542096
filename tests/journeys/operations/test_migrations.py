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
from annualwheel.preparation import projection
from config import ROOT, Settings
from tests import databases
from tests.conftest import Fixed, close
from tests.stored_versions import OF_THE_FIRST_YEAR, OF_TODAY

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


def test_versions_submitted_before_get_the_rows_the_projection_gives_them(
    empty_app: Flask,
) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision="0003")
        fill(db.engine)
        insert(db.engine, SUBMITTED)
        flask_migrate.upgrade(directory=FOLDER)
        filled = answer_rows(db.engine)
        languages = db.session.execute(
            sa.text("SELECT id, language FROM submission_versions ORDER BY id")
        )
        assert [tuple(row) for row in languages] == [(1, "sv"), (2, "sv"), (3, "en"), (4, "en")]
        db.session.commit()
        for _ in projection.rebuild():
            db.session.commit()
        db.session.rollback()
        rebuilt = answer_rows(db.engine)
    assert filled == rebuilt
    assert {row["version_id"] for row in filled} == {2, 3, 4}
    of_item = [row for row in filled if row["question"] == "tema" and row["version_id"] == 2]
    assert [(row["theme"], row["initiative_id"], row["carried"]) for row in of_item] == [
        ("arbete", 1, "changed"),
        ("energi", 1, "changed"),
    ]
    assert {row["text"] for row in filled if row["version_id"] == 3 and row["option"]} == {
        "How do more people get work?",
        "Region Värmland",
    }
    assert {row["person_id"] for row in filled if row["version_id"] == 4} == {2}


def test_a_step_down_and_up_again_leaves_the_same_rows(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision="0003")
        fill(db.engine)
        insert(db.engine, SUBMITTED)
        flask_migrate.upgrade(directory=FOLDER)
        filled = answer_rows(db.engine)
        flask_migrate.downgrade(directory=FOLDER, revision="0003")
        assert count(db.engine, "submission_versions") == 4
        flask_migrate.upgrade(directory=FOLDER)
        assert answer_rows(db.engine) == filled


# Versions as the third migration knows them: one of the first year replaced by one of today, one by
# somebody who reads English, and one of a person's own; among more answers than are read at once.
SUBMITTED: dict[str, list[dict[str, Any]]] = {
    "persons": [
        ROWS["persons"]
        | {"id": 2, "public_id": "p2", "email_folded": "ida@arj.example", "language": "en"}
    ],
    "initiatives": [{"id": 1, "public_id": "n1", "organisation_id": 1}],
    "submissions": [
        ROWS["submissions"] | {"id": 2, "public_id": "s2", "respondent_key": "o2"},
        ROWS["submissions"] | {"id": 3, "public_id": "s3", "respondent_key": "p2", "person_id": 2},
        *(
            ROWS["submissions"] | {"id": n, "public_id": f"s{n}", "respondent_key": f"o{n}"}
            for n in range(4, 8)
        ),
    ],
    "items": [
        {
            "id": 2,
            "public_id": "k3-åÄ_first",
            "submission_id": 1,
            "group_key": "initiativ",
            "position": 1,
            "initiative_id": 1,
            "carried": "changed",
        }
    ],
    "submission_versions": [
        {
            "id": n,
            "submission_id": submission_id,
            "number": number,
            "digest": "d1",
            "content": stored,
            "by_id": by,
            "at": AT,
        }
        for n, submission_id, number, stored, by in (
            (1, 1, 1, OF_THE_FIRST_YEAR, 1),
            (2, 1, 2, OF_TODAY, 1),
            (3, 2, 1, OF_THE_FIRST_YEAR, 2),
            (4, 3, 1, OF_TODAY, 2),
        )
    ],
}


def insert(engine: sa.Engine, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Writes rows into tables as the database has them."""
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name, some in rows.items():
            for row in some:
                connection.execute(tables.tables[name].insert().values(**row))


def answer_rows(engine: sa.Engine) -> list[dict[str, Any]]:
    """Every row of the submitted answers, but for its id."""
    tables = sa.MetaData()
    tables.reflect(engine, only=["submitted_answers"])
    own = tables.tables["submitted_answers"]
    ordered = sa.select(own).order_by(own.c.submission_id, own.c.position)
    with engine.connect() as connection:
        found = [dict(row) for row in connection.execute(ordered).mappings()]
    return [{key: value for key, value in row.items() if key != "id"} for row in found]


def fill(engine: sa.Engine) -> dict[str, int]:
    """Writes `ROWS`; how many each table holds."""
    insert(engine, {name: [row] for name, row in ROWS.items()})
    return dict.fromkeys(ROWS, 1)


def count(engine: sa.Engine, name: str) -> int:
    with engine.connect() as connection:
        return connection.execute(
            sa.select(sa.func.count()).select_from(sa.table(name))
        ).scalar_one()
