"""The migrations: one head, nothing missing from the models, and no row lost on the way up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.exc import IntegrityError

from annualwheel import audit, create_app
from annualwheel.db import Base, db
from annualwheel.mailings import sending
from annualwheel.models import Mailing
from annualwheel.preparation import projection
from config import ROOT, Settings
from tests import databases
from tests.conftest import Fixed, close
from tests.makers.stored_versions import OF_THE_FIRST_YEAR, OF_TODAY

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

REGISTRATION = {
    "id": 1,
    "public_id": "r1",
    "meeting_id": 1,
    "person_id": 1,
    "organisation_id": 1,
    "state": "registered",
    "mode": "on_site",
    "title": "",
    "copy_to": "",
    "decline_reason": "",
    "by_staff": False,
    "link_version": 1,
    "uid": "u",
    "sequence": 0,
    "before_attended": "",
}
MESSAGE = {
    "id": 1,
    "public_id": "m1",
    "key": "invitation:r1",
    "kind": "invitation",
    "address": "asa@arj.example",
    "queued_at": AT,
    "due_at": AT,
    "name": "Åsa Ängprov",
    "language": "sv",
    "mailing_id": 1,
    "registration_id": 1,
    "person_id": 1,
    "state": "sent",
    "lease_by": "",
    "attempts": 1,
    "error": "",
}

THEME = {
    "id": 1,
    "year_id": 1,
    "key": "energi",
    "position": 1,
    "sv": "Hur klarar vi energi- och klimatomställningen tillsammans?",
    "en": "Energy",
}


@pytest.fixture(params=databases.EACH)
def empty_app(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    settings_for: Callable[..., Settings],
    clock: Fixed,
) -> Iterator[Flask]:
    """An application on a database without a single table."""
    with databases.empty(request.param, tmp_path) as url:
        app = create_app(settings_for(url), clock)
        yield app
        close(app)


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(FOLDER).get_heads()) == 1


def test_not_ready_before_the_first_migration(empty_app: Flask) -> None:
    reply = empty_app.test_client().get("/readyz")
    assert (reply.status_code, reply.json["status"]) == (503, "behind")


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
        for added in ("material_url", "map_url", "programme_sv", "programme_en"):
            assert set(read(db.engine, "meetings", added)) == {""}
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


def test_every_step_down_leaves_what_the_step_up_found_and_no_row_is_lost(
    empty_app: Flask,
) -> None:
    steps = [one.revision for one in ScriptDirectory(FOLDER).walk_revisions()][::-1]
    with empty_app.app_context():
        shapes = {}
        for step in steps:
            flask_migrate.upgrade(directory=FOLDER, revision=step)
            shapes[step] = shape(db.engine)
            for name, row in FILLED.get(step, ()):
                insert(db.engine, {name: [row]})
        before = counts(db.engine)
        for step in steps[-2::-1]:
            flask_migrate.downgrade(directory=FOLDER, revision=step)
            assert shape(db.engine) == shapes[step], step
            left = counts(db.engine)
            assert left == {name: before[name] for name in left}, step
        flask_migrate.upgrade(directory=FOLDER)
        assert shape(db.engine) == shapes[steps[-1]]
        again = counts(db.engine)
        assert {name: again[name] for name in left} == left
        flask_migrate.downgrade(directory=FOLDER, revision="base")
        assert shape(db.engine) == {}


def test_those_who_were_here_before_begin_chains_and_go_on(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision=FIRST)
        fill(db.engine)
        flask_migrate.upgrade(directory=FOLDER, revision="0007")
        add(db.engine, "registrations", REGISTRATION)
        flask_migrate.upgrade(directory=FOLDER)
        assert (read(db.engine, "persons", "root_id"), read(db.engine, "persons", "sign_outs")) == (
            [None],
            [0],
        )
        # SQLite keeps no and yes as numbers.
        assert [bool(one) for one in read(db.engine, "persons", "address_unproven")] == [False]
        assert read(db.engine, "registrations", "sign_outs") == [0]
        assert set(read(db.engine, "members", "sign_outs")) <= {0}
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE persons SET root_id = 99"))
        with pytest.raises(IntegrityError):
            insert(db.engine, {"mail_requests": [MAIL_REQUEST | {"id": 2, "kind": "other"}]})


def test_themes_of_before_are_called_by_their_first_words(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision="0014")
        add(db.engine, "years", ROWS["years"])
        add(db.engine, "themes", THEME)
        flask_migrate.upgrade(directory=FOLDER)
        assert read(db.engine, "themes", "short_sv") == ["Hur klarar vi energi- och"]
        assert read(db.engine, "themes", "short_en") == ["Energy"]
        flask_migrate.downgrade(directory=FOLDER, revision="0014")
        assert read(db.engine, "themes", "sv") == [THEME["sv"]]


def shape(engine: sa.Engine) -> dict[str, dict[str, set[str]]]:
    """The columns, keys, checks and indexes of each table, without the place of the columns."""
    inspector = sa.inspect(engine)
    readers = (
        inspector.get_columns,
        inspector.get_foreign_keys,
        inspector.get_check_constraints,
        inspector.get_unique_constraints,
        inspector.get_indexes,
    )
    return {
        table: {reader.__name__: {_said(one) for one in reader(table)} for reader in readers}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _said(found: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(found.items()))


def counts(engine: sa.Engine) -> dict[str, int]:
    """How many rows each table holds."""
    return {name: count(engine, name) for name in shape(engine)}


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


# Mailings as they were before 0004: what a paused one goes back to lay among its recipients.
CHOICE = {"choice": {"kind": "category", "key": "kommun", "people": []}, "left_out": ['a"was"b']}
PEOPLE = {
    "reason": 'Lokalen "was" full',
    "known": [],
    "people": [[1, "invited", -1, 0]],
    "next": 200,
}
MAILINGS = {
    1: ("invitation", "paused", {**CHOICE, "was": "sending"}, "sending"),
    2: ("moved", "paused", {**PEOPLE, "was": "preparing"}, "preparing"),
    3: ("moved", "sending", {**PEOPLE, "was": "preparing"}, None),
    4: ("reminder", "done", CHOICE, None),
    5: ("invitation", "preparing", CHOICE, None),
}
NEW_STATES = {"registrations": "merged", "messages": "not_sent"}


def test_what_a_mailing_was_paused_from_becomes_a_column(empty_app: Flask) -> None:
    with empty_app.app_context():
        engine = filled_before_0004()
        flask_migrate.upgrade(directory=FOLDER)
        found = {
            row.id: (row.kind, row.state, row.audience, row.paused_from)
            for row in rows_of(engine, "mailings")
        }
        # How far it had come is a column of its own too, since 0008.
        moved = ("was", "next")
        assert found == {
            number: (
                kind,
                state,
                {k: v for k, v in audience.items() if k not in moved},
                paused_from,
            )
            for number, (kind, state, audience, paused_from) in MAILINGS.items()
        }
        paused = db.session.get_one(Mailing, 2)
        sending.resume(paused, AT, audit.SYSTEM)
        assert (paused.state, paused.paused_from) == ("preparing", None)


def test_the_way_down_gives_a_paused_mailing_back_what_it_was(empty_app: Flask) -> None:
    with empty_app.app_context():
        engine = filled_before_0004()
        flask_migrate.upgrade(directory=FOLDER)
        write(engine, "UPDATE registrations SET state = 'merged'")
        write(engine, "UPDATE messages SET state = 'not_sent'")
        flask_migrate.downgrade(directory=FOLDER, revision="0003")
        found = {row.id: row.audience for row in rows_of(engine, "mailings")}
        assert {number: kept.get("was") for number, kept in found.items()} == {
            number: row[3] for number, row in MAILINGS.items()
        }
        assert [row.state for row in rows_of(engine, "registrations")] == ["revoked"]
        assert [row.state for row in rows_of(engine, "messages")] == ["dropped"]


def test_mails_wait_since_they_were_queued_and_the_way_down_keeps_what_stopped(
    empty_app: Flask,
) -> None:
    with empty_app.app_context():
        engine = filled_before_0004()
        flask_migrate.upgrade(directory=FOLDER)
        [mail] = rows_of(engine, "messages")
        assert (mail.waiting_since, bool(mail.may_have_left)) == (mail.queued_at, False)
        write(engine, "UPDATE messages SET state = 'expired'")
        write(engine, "UPDATE mailings SET state = 'stopped', paused_from = 'sending' WHERE id = 1")
        flask_migrate.downgrade(directory=FOLDER, revision="0007")
        assert [row.state for row in rows_of(engine, "messages")] == ["unknown"]
        found = {row.id: (row.state, row.paused_from) for row in rows_of(engine, "mailings")}
        assert found[1] == ("paused", "sending")


def test_how_far_a_move_was_written_becomes_a_column_and_back(empty_app: Flask) -> None:
    with empty_app.app_context():
        engine = filled_before_0004()
        flask_migrate.upgrade(directory=FOLDER)
        found = {row.id: (row.written, row.audience) for row in rows_of(engine, "mailings")}
        assert {number: row[0] for number, row in found.items()} == {
            1: 0,
            2: 200,
            3: 200,
            4: 0,
            5: 0,
        }
        assert not any("next" in audience for _written, audience in found.values())
        flask_migrate.downgrade(directory=FOLDER, revision="0007")
        found = {row.id: row.audience.get("next") for row in rows_of(engine, "mailings")}
        assert found == {1: None, 2: 200, 3: 200, 4: None, 5: None}


def test_who_hears_of_a_move_goes_back_into_its_mailing_on_the_way_down(empty_app: Flask) -> None:
    with empty_app.app_context():
        engine = filled_before_0004()
        flask_migrate.upgrade(directory=FOLDER)
        piece = {"id": 1, "mailing_id": 3, "kind": "registrations", "upto": 9}
        saved = piece | {"id": 2, "kind": "saved", "people": [[4, 0]]}
        told = piece | {"people": [[9, "invited", -1, 0, False]]}
        insert(engine, {"told_people": [told, saved]})
        write(engine, "UPDATE mailings SET state = 'settling' WHERE id = 3")
        write(engine, "UPDATE mailings SET paused_from = 'settling' WHERE id = 2")
        flask_migrate.downgrade(directory=FOLDER, revision="0014")
        found = {row.id: row for row in rows_of(engine, "mailings")}
        assert found[3].audience["people"] == [[1, "invited", -1, 0], [9, "invited", -1, 0, False]]
        assert found[3].audience["saved"] == [[4, 0]]
        # What is half done is for a person to look at.
        assert (found[3].state, found[3].paused_from) == ("paused", "preparing")
        assert (found[2].state, found[2].paused_from) == ("paused", "preparing")


def test_a_pack_without_a_lease_is_built_anew_and_a_cancelled_one_has_failed(
    empty_app: Flask,
) -> None:
    with empty_app.app_context():
        engine = filled_before_0004()
        flask_migrate.upgrade(directory=FOLDER, revision="0007")
        for number, state in enumerate(("queued", "building", "ready", "failed"), 1):
            add(
                engine,
                "packs",
                {
                    "id": number,
                    "public_id": f"p{number}",
                    "meeting_id": 1,
                    "language": "sv",
                    "state": state,
                    "done": 0,
                    "total": 9,
                    "counts": {},
                    "created_at": AT,
                },
            )
        flask_migrate.upgrade(directory=FOLDER)
        assert read(engine, "packs", "state") == ["queued", "queued", "ready", "failed"]
        assert read(engine, "packs", "tries") == [0, 0, 0, 0]
        write(engine, "UPDATE packs SET state = 'cancelled' WHERE id = 1")
        with pytest.raises(IntegrityError):
            write(engine, "UPDATE packs SET state = 'hittepå'")
        flask_migrate.downgrade(directory=FOLDER, revision="0007")
        assert read(engine, "packs", "state") == ["failed", "queued", "ready", "failed"]


@pytest.mark.parametrize("table", NEW_STATES)
def test_the_columns_of_states_have_room_and_are_still_closed(empty_app: Flask, table: str) -> None:
    with empty_app.app_context():
        engine = filled_before_0004()
        with pytest.raises(IntegrityError):
            write(engine, f"UPDATE {table} SET state = '{NEW_STATES[table]}'")
        flask_migrate.upgrade(directory=FOLDER)
        assert [row.id for row in rows_of(engine, table)] == [1]
        write(engine, f"UPDATE {table} SET state = '{NEW_STATES[table]}'")
        for column in ("state", "mode") if table == "registrations" else ("state",):
            with pytest.raises(IntegrityError):
                write(engine, f"UPDATE {table} SET {column} = 'hittepå'")
        with pytest.raises(IntegrityError):
            write(engine, "UPDATE mailings SET paused_from = 'done'")


def test_the_migrations_leave_the_checks_of_the_models(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER)
        migrated = checks(db.engine)
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
        assert migrated == checks(db.engine)


def checks(engine: sa.Engine) -> dict[str, set[tuple[str | None, str]]]:
    """The check constraints of each table."""
    inspector = sa.inspect(engine)
    return {
        table: {(one["name"], one["sqltext"]) for one in inspector.get_check_constraints(table)}
        for table in Base.metadata.tables
    }


def filled_before_0004() -> sa.Engine:
    """A database at 0003 with a registration, a mail, and mailings in every state."""
    flask_migrate.upgrade(directory=FOLDER, revision=FIRST)
    fill(db.engine)
    flask_migrate.upgrade(directory=FOLDER, revision="0003")
    tables = sa.MetaData()
    tables.reflect(db.engine)
    with db.engine.begin() as connection:
        for number, (kind, state, audience, _paused_from) in MAILINGS.items():
            connection.execute(
                tables.tables["mailings"].insert(),
                {
                    "id": number,
                    "public_id": f"u{number}",
                    "meeting_id": 1,
                    "kind": kind,
                    "audience": audience,
                    "confirm_key": f"nyckel {number}",
                    "created_at": AT,
                    "state": state,
                    "expected": 56,
                    "by": "Karin Ek",
                },
            )
        connection.execute(tables.tables["registrations"].insert(), REGISTRATION)
        connection.execute(tables.tables["messages"].insert(), MESSAGE)
    return db.engine


def rows_of(engine: sa.Engine, name: str) -> list[Any]:
    """The rows of a table as it is now, in the order of their ids."""
    table = sa.Table(name, sa.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        return list(connection.execute(sa.select(table).order_by(table.c.id)))


def write(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


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


ASKED = {"public_id": "f1", "asked_at": AT, "state": "asked"}
MAIL_REQUEST: dict[str, Any] = {
    "id": 1,
    "kind": "new_link",
    "address": "asa@arj.example",
    "asked_at": AT,
    "details": {},
}
# What the tables hold before a step down, by the step that made them.
FILLED: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "0001": list(ROWS.items()),
    "0002": [
        (
            "imports",
            {
                "id": 1,
                "public_id": "l1",
                "year_id": 1,
                "file_name": "lista.xlsx",
                "rows": [],
                "created_at": AT,
                "state": "written",
                "by": "Karin Ek",
            },
        ),
        ("imported_persons", {"id": 1, "import_id": 1, "person_id": 1}),
    ],
    "0003": [
        (
            "organisation_requests",
            {"id": 1, "meeting_id": 1, "organisation": "Hagfors byalag", "title": "", **ASKED}
            | {"given": "Eva", "family": "Prov", "email": "eva@byalag.example", "language": "sv"},
        ),
        ("results", {"id": 1, "meeting_id": 1, "theme_key": "arbete", "sv": "Bra", "en": "Good"}),
        ("deletion_requests", {"id": 1, "person_id": 1, "reason": "", "answer": "", **ASKED}),
        ("change_requests", {"id": 1, "submission_id": 1, "person_id": 1, "reason": "", **ASKED}),
        *((name, row) for name, rows in SUBMITTED.items() for row in rows),
        ("mailings", mailing(1, "preparation", 1)),
        ("registrations", REGISTRATION),
        ("messages", MESSAGE),
    ],
    "0009": [
        (
            "standstills",
            {
                "id": 1,
                "since": AT,
                "failed_at": AT,
                "retry_at": AT,
                "stage": "auth",
                "failures": 1,
                "for_good": True,
                "reply": "535 5.7.8 Wrong password",
            },
        )
    ],
    "0013": [("mail_requests", MAIL_REQUEST)],
    "0017": [
        (
            "told_people",
            {
                "id": 1,
                "mailing_id": 1,
                "kind": "registrations",
                "upto": 1,
                "people": [[1, "to_reconfirm", 0, 0, True]],
            },
        )
    ],
    "0019": [
        (
            "needs_lists",
            {"id": 1, "meeting_id": 1, "mode": "on_site", "taken_at": AT, "salt": "x"}
            | {"lunches": 3, "counted": {"a" * 24: 2}},
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


def test_imports_of_before_stand_and_half_done_ones_count_as_written_on_the_way_down(
    empty_app: Flask,
) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision="0007")
        insert(db.engine, {"years": [ROWS["years"]], "imports": [dict(FILLED["0002"][0][1])]})
        flask_migrate.upgrade(directory=FOLDER, revision="0008")
        assert read(db.engine, "imports", "others") == [[]]
        assert read(db.engine, "imports", "done") == [0]
        other = FILLED["0002"][0][1] | {"id": 2, "public_id": "l2", "state": "writing"}
        other |= {"others": [], "done": 40, "lease_until": AT}
        batch = {"id": 1, "import_id": 2, "trace": {"changed": []}}
        insert(db.engine, {"imports": [other], "import_batches": [batch]})
        flask_migrate.downgrade(directory=FOLDER, revision="0007")
        assert read(db.engine, "imports", "state") == ["written", "written"]


def test_imports_that_have_failed_are_tried_again_on_the_way_down(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade(directory=FOLDER, revision="0014")
        before = FILLED["0002"][0][1] | {"others": [], "done": 40}
        insert(
            db.engine,
            {
                "years": [ROWS["years"]],
                "imports": [
                    before | {"id": n, "public_id": f"l{n}", "state": state}
                    for n, state in enumerate(("written", "writing", "undoing"), 1)
                ],
            },
        )
        flask_migrate.upgrade(directory=FOLDER)
        assert read(db.engine, "imports", "tries") == [0, 0, 0]
        assert read(db.engine, "imports", "failure") == ["", "", ""]
        write(db.engine, "UPDATE imports SET state = 'write_failed', failure = 'AB' WHERE id = 2")
        write(db.engine, "UPDATE imports SET state = 'undo_failed' WHERE id = 3")
        flask_migrate.downgrade(directory=FOLDER, revision="0014")
        assert read(db.engine, "imports", "state") == ["written", "writing", "undoing"]
        assert read(db.engine, "imports", "done") == [40, 40, 40]


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
