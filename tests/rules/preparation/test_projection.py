"""The submitted answers as rows: they say what the latest version says, and nothing else."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from annualwheel.db import Base, db
from annualwheel.models import Member, Organisation, SubmissionVersion, SubmittedAnswer
from annualwheel.models.drafts import Item
from annualwheel.preparation import items, projection, submission
from tests.at_once import at_once
from tests.makers.earlier import carry, make_earlier
from tests.makers.stored_versions import OF_THE_FIRST_YEAR, OF_TODAY
from tests.makers.writers import OPEN, add_initiative, item_of, make_members, write
from tests.watching import listening

Db = scoped_session[Session]
HOUR = dt.timedelta(hours=1)
# What each person is asked before the conference opens later.
PERSONAL = OPEN + dt.timedelta(days=7)
FORMULA = "=2030 – ”Vi”\r\n<b>två</b> & 😀"


def rows(**wanted: Any) -> list[SubmittedAnswer]:
    """The rows in their order."""
    found = db.session.query(SubmittedAnswer).filter_by(**wanted).populate_existing()
    return found.order_by(SubmittedAnswer.submission_id, SubmittedAnswer.position).all()


def everything() -> list[tuple[Any, ...]]:
    """Every row with every column but its id."""
    columns = [column for column in SubmittedAnswer.__table__.columns if column.key != "id"]
    ordered = sa.select(*columns).order_by(
        SubmittedAnswer.submission_id, SubmittedAnswer.position, SubmittedAnswer.version_id
    )
    return [tuple(row) for row in db.session.execute(ordered)]


def rebuilt() -> list[tuple[Any, ...]]:
    for _ in projection.rebuild():
        db.session.commit()
    return everything()


def told(member: Member, **changes: Any) -> Item:
    """An answer that is ready to submit, with one initiative."""
    write(member, item_of(member), forberett=FORMULA)
    write(member, item_of(member, "strukturer/energi"), skapa="En gemensam väg in")
    return add_initiative(member, tema=["arbete", "energi"], period="2024–", **changes)


def test_every_answer_of_the_version_has_its_row(session: Db) -> None:
    (maria,) = make_members()
    item = told(maria)
    version = submission.submit(maria, OPEN)
    session.refresh(item)
    found = {(row.section, row.theme, row.question, row.option): row for row in rows()}
    page = found["organisation", "", "forberett", ""]
    assert (page.text, page.value, page.kind) == (
        "=2030 – ”Vi”\n<b>två</b> & 😀",
        "=2030 – ”Vi”\n<b>två</b> & 😀",
        "text",
    )
    assert (page.item, page.initiative_id, page.carried, page.area) == ("", None, "", "")
    meeting_id = maria.submission.questionnaire.meeting_id
    assert {
        (row.meeting_id, row.submission_id, row.version_id, row.person_id, row.language)
        for row in rows()
    } == {(meeting_id, maria.submission_id, version.id, None, "sv")}
    of_theme = found["strukturer", "energi", "skapa", ""]
    assert (of_theme.text, of_theme.item) == ("En gemensam väg in", "")
    period = found["initiativ", "", "period", ""]
    assert (period.text, period.value, period.kind) == (
        "2024–",
        {"from": 2024, "to": None},
        "years",
    )
    assert (period.item, period.initiative_id, period.carried) == (
        item.public_id,
        item.initiative_id,
        "new",
    )
    assert item.initiative_id is not None
    assert [row.position for row in rows()] == list(range(1, len(rows()) + 1))


def test_each_chosen_option_has_a_row_and_says_its_theme_or_its_area(session: Db) -> None:
    (maria,) = make_members()
    told(maria, insatsomrade=["kompetens", "livsvillkor"])
    submission.submit(maria, OPEN)
    assert [(row.option, row.theme, row.text, row.value) for row in rows(question="tema")] == [
        ("arbete", "arbete", "Hur får fler arbete?", ["arbete", "energi"]),
        ("energi", "energi", "Hur sparar vi energi?", ["arbete", "energi"]),
    ]
    areas = [(row.option, row.area, row.theme) for row in rows(question="insatsomrade")]
    assert sorted(areas) == [("kompetens", "kompetens", ""), ("livsvillkor", "livsvillkor", "")]
    assert [(row.option, row.theme, row.area) for row in rows(question="status")] == [
        ("pagar", "", "")
    ]


def test_what_was_left_empty_has_a_row_without_a_value(session: Db) -> None:
    (maria,) = make_members()
    told(maria)
    submission.submit(maria, OPEN)
    empty = sa.select(SubmittedAnswer.question).where(SubmittedAnswer.value.is_(None))
    questions = set(session.scalars(empty))
    assert {"aktorer", "aktorer_other", "mal", "bryta"} <= questions
    assert {"titel", "tema", "forberett"}.isdisjoint(questions)
    assert {row.text for row in rows(question="aktorer")} == {""}


def test_an_initiative_that_has_ended_is_said_to_have(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {}, {"titel": "Andra"})
    write(maria, item_of(maria), forberett="Strateger")
    ended = carry(maria, "ended")
    still = carry(maria, "still", 1)
    submission.submit(maria, OPEN)
    of_this_year = rows(submission_id=maria.submission_id, question="titel")
    assert [(row.item, row.carried, row.initiative_id) for row in of_this_year] == [
        (still.public_id, "still", still.initiative_id),
        (ended.public_id, "ended", ended.initiative_id),
    ]


def test_a_person_s_own_answer_says_whose_it_is(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna", form="konferens")
    for member in (maria, anna):
        asked = item_of(member)
        write(member, asked, PERSONAL, fraga=f"Av {member.person.given}", passval=["pass_a"])
        submission.submit(member, PERSONAL)
    assert {row.person_id: row.text for row in rows(question="fraga")} == {
        maria.person_id: "Av Maria",
        anna.person_id: "Av Anna",
    }
    assert {row.person_id for row in rows()} == {maria.person_id, anna.person_id}


@pytest.mark.parametrize(
    ("own", "page", "expected", "theme"),
    [
        ("sv", "en", "en", "How do more people find work?"),
        ("en", "sv", "sv", "Hur får fler arbete?"),
        ("en", None, "en", "How do more people find work?"),
    ],
)
def test_the_language_is_the_page_s_else_the_person_s_own(
    session: Db, own: str, page: str | None, expected: str, theme: str
) -> None:
    (maria,) = make_members()
    maria.person.language = own
    told(maria)
    version = submission.submit(maria, OPEN, language=page)
    assert version.language == expected
    assert {row.language for row in rows()} == {expected}
    assert rows(question="tema")[0].text == theme


def test_a_new_version_takes_the_place_of_the_one_before(session: Db) -> None:
    (maria,) = make_members()
    item = told(maria)
    submission.submit(maria, OPEN)
    first = everything()
    assert submission.submit(maria, OPEN + HOUR).number == 1
    assert everything() == first
    items.remove(maria.submission, item.public_id, maria.person, OPEN + HOUR)
    add_initiative(maria, titel="Ett annat")
    second = submission.submit(maria, OPEN + HOUR)
    assert {row.version_id for row in rows()} == {second.id}
    assert [row.text for row in rows(question="titel")] == ["Ett annat"]
    assert {row.item for row in rows()} & {item.public_id} == set()


def test_rows_of_one_answer_leave_those_of_others_alone(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {})
    before = everything()
    told(maria)
    submission.submit(maria, OPEN)
    write(maria, item_of(maria), OPEN + HOUR, forberett="Annat")
    submission.submit(maria, OPEN + HOUR)
    assert [row for row in everything() if row[1] != maria.submission_id] == before


def test_what_was_tampered_with_is_made_anew(session: Db) -> None:
    (maria,) = make_members()
    make_earlier(maria, {}, {"titel": "Andra"})
    told(maria)
    submission.submit(maria, OPEN)
    session.commit()
    live = everything()
    session.query(SubmittedAnswer).filter_by(question="titel").delete()
    session.query(SubmittedAnswer).filter_by(question="tema").update({"theme": "fel", "text": ""})
    never_there = rows(question="typ")[0]
    session.execute(
        sa.insert(SubmittedAnswer).values(
            {c.key: getattr(never_there, c.key) for c in SubmittedAnswer.__table__.columns}
            | {"id": 987_654, "position": 999}
        )
    )
    session.commit()
    assert everything() != live
    assert rebuilt() == live


def test_rebuilding_takes_so_many_at_a_time_and_holds_no_more(session: Db) -> None:
    (maria,) = make_members()
    told(maria)
    submission.submit(maria, OPEN)
    _copies(maria, 4)
    before = everything()
    sizes, seen = [], []
    for size in projection.rebuild(batch=2):
        session.commit()
        sizes.append(size)
        seen.append(len(session.identity_map))
    assert (sizes, everything()) == ([2, 2, 1], before)
    assert max(seen) == seen[0]


def _copies(member: Member, count: int) -> None:
    """The same answer of other organisations."""
    version = submission.latest(member.submission)
    assert version is not None
    for number in range(count):
        organisation = Organisation(
            code=f"K{number}", name=f"Kopia {number}", folded=f"kopia {number}"
        )
        copied = type(member.submission)(
            questionnaire=member.submission.questionnaire,
            digest=member.submission.digest,
            respondent_key=f"k{number}",
            organisation=organisation,
            state="submitted",
        )
        db.session.add(copied)
        _add_version(copied, version.content, 1, member)
    db.session.commit()


def _add_version(of: Any, stored: dict[str, Any], number: int, member: Member) -> SubmissionVersion:
    version = SubmissionVersion(
        submission=of,
        number=number,
        digest=of.questionnaire.digest,
        content=stored,
        by=member.person,
        at=OPEN + number * HOUR,
    )
    db.session.add(version)
    db.session.flush()
    projection.write(version)
    return version


def test_versions_of_every_year_have_rows_and_the_same_ones_again(session: Db) -> None:
    (maria,) = make_members()
    _add_version(maria.submission, OF_THE_FIRST_YEAR, 1, maria)
    assert [(row.item, row.carried, row.text) for row in rows(question="titel")] == [
        ("f1-first-year", "new", "Föräldrakaffe")
    ]
    assert [row.text for row in rows(question="period")] == ["2024–2026"]
    session.commit()
    assert everything() == rebuilt()
    _add_version(maria.submission, OF_TODAY, 2, maria)
    assert [(row.item, row.carried) for row in rows(question="titel")] == [
        ("k3-åÄ_first", "changed"),
        ("p7-ended", "ended"),
    ]
    assert [row.text for row in rows(question="budget")] == ["12.5"]
    session.commit()
    assert everything() == rebuilt()


def test_rows_go_with_their_version_and_nothing_points_at_them(session: Db) -> None:
    (maria,) = make_members()
    told(maria)
    submission.submit(maria, OPEN)
    session.commit()
    session.query(SubmissionVersion).delete()
    assert rows() == []
    own = SubmittedAnswer.__table__
    assert [
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is own
    ] == []


@pytest.mark.race
def test_what_is_submitted_while_the_table_is_rebuilt_is_not_written_over(app: Flask) -> None:
    with app.app_context():
        (maria,) = make_members()
        told(maria)
        submission.submit(maria, OPEN)
        write(maria, item_of(maria), OPEN + HOUR, forberett="Den nya texten")
        db.session.commit()
        member_id = maria.id

    def rebuild() -> None:
        for _ in projection.rebuild():
            db.session.commit()

    def submit() -> None:
        submission.submit(db.session.get_one(Member, member_id), OPEN + HOUR)
        db.session.commit()

    at_once(app, lambda act: act(), (rebuild, submit, rebuild))
    with app.app_context():
        assert [row.text for row in rows(question="forberett")] == ["Den nya texten"]
        assert everything() == rebuilt()


def test_a_batch_is_locked_before_its_versions_are_read_and_until_it_is_committed(
    app: Flask,
) -> None:
    with app.app_context():
        (maria,) = make_members()
        told(maria)
        submission.submit(maria, OPEN)
        db.session.commit()
        submission_id, engine, refused = maria.submission_id, db.engine, list[str]()

        def just_before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if "FROM submission_versions" in statement or "DELETE" in statement:
                with pytest.raises((psycopg.errors.LockNotAvailable, sqlite3.OperationalError)):
                    take_lock(submission_id)
                refused.append(statement)

        with listening(engine, just_before):
            next(projection.rebuild())
        assert len(refused) == 2
        db.session.commit()
        take_lock(submission_id)


def take_lock(submission_id: int) -> None:
    """Locks an answer as submitting does, from another connection, or fails at once."""
    url = db.engine.url
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(url.database), timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
        return
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(address)) as server:
        server.execute(
            "SELECT id FROM submissions WHERE id = %s FOR UPDATE NOWAIT", [submission_id]
        )


def test_the_command_rebuilds_all(app: Flask) -> None:
    with app.app_context():
        (maria,) = make_members()
        told(maria)
        submission.submit(maria, OPEN)
        live = everything()
        db.session.query(SubmittedAnswer).delete()
        db.session.commit()
    done = app.test_cli_runner().invoke(args=["answers", "rebuild"])
    assert (done.exit_code, done.output) == (0, "Tabellen är ombyggd. 1 svar gicks igenom.\n")
    with app.app_context():
        assert everything() == live
