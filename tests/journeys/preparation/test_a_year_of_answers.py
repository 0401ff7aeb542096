"""After a year of submissions, resubmissions and an erasure the rows of the submitted answers are
what the versions say, made anew or not.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.demo import year
from annualwheel.models import Member, Person, Submission, SubmissionVersion, SubmittedAnswer
from annualwheel.preparation import items, projection, submission
from annualwheel.privacy import erasure, own_data, retention
from annualwheel.questionnaires import content, reading
from annualwheel.services import services
from tests.conftest import START
from tests.databases import PostgreSQL, SQLite
from tests.makers.writers import item_of, write

DAY = dt.timedelta(days=1)
LATER = START + 2 * DAY


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    """What was in each database once the year had been played, which takes seconds."""
    return {}


@pytest.fixture
def played(app: Flask, database: SQLite | PostgreSQL, kept: dict[str, Any]) -> Any:
    """The demonstration year; then some submit again, in English too."""
    with app.app_context():
        if database.kind in kept:
            db.engine.dispose()
            database.load(kept[database.kind])
        else:
            play()
            db.session.remove()
            kept[database.kind] = database.save()
        yield db.session


def play() -> None:
    """Plays the year."""
    year.play(START, reading.read_all(services().settings.forms_folder))
    db.session.commit()
    for number, member in enumerate(leads()):
        write(member, item_of(member), LATER, forberett=f"Omgång {number}: ”vi” & =SUM(A1)\n– två")
        if number % 3 == 1:
            card = items.present(member.submission, "initiativ")[0]
            write(member, card, LATER, tema=["arbete"], mal="")
        submission.submit(member, LATER, language=("sv", "en")[number % 2])
    db.session.commit()


def leads() -> list[Member]:
    """One writer of each answer of this year that has been submitted."""
    first = (
        sa.select(sa.func.min(Member.id))
        .join(Submission)
        .where(Submission.state == "submitted", Submission.submitted_at > START - 60 * DAY)
        .group_by(Submission.id)
    )
    return list(
        db.session.scalars(sa.select(Member).where(Member.id.in_(first)).order_by(Member.id))
    )


def everything() -> list[tuple[Any, ...]]:
    """Every row with every column but its id, which is new when it is made anew."""
    columns = [column for column in SubmittedAnswer.__table__.columns if column.key != "id"]
    return [
        tuple(row)
        for row in db.session.execute(
            sa.select(*columns).order_by(SubmittedAnswer.submission_id, SubmittedAnswer.position)
        )
    ]


def erase(person: Person) -> None:
    request = own_data.ask_for_deletion(person, "", LATER)
    assert erasure.erase(request, LATER, audit.SYSTEM)
    db.session.commit()


def test_the_rows_made_anew_are_the_live_ones(played: Any) -> None:
    erase(leads()[0].person)
    live = everything()
    # Ten of this year; of the year before two who prepared the first meeting, seven who followed it
    # up, and three who prepared the second.
    assert len({row[1] for row in live}) == 10 + 2 + 7 + 3 and len(live) > 300
    assert {"sv", "en"} == {row.language for row in played.query(SubmittedAnswer)}
    for size in projection.rebuild(batch=5):
        played.commit()
        assert 1 <= size <= 5
    assert everything() == live


def test_there_are_rows_of_latest_versions_alone(played: Any) -> None:
    numbers = dict(
        played.query(SubmissionVersion.submission_id, sa.func.max(SubmissionVersion.number))
        .group_by(SubmissionVersion.submission_id)
        .all()
    )
    shown = (
        played.query(SubmissionVersion.submission_id, SubmissionVersion.number)
        .filter(SubmissionVersion.id.in_(sa.select(SubmittedAnswer.version_id)))
        .all()
    )
    assert sorted(shown) == sorted(numbers.items())
    assert max(numbers.values()) == 2
    assert retention.count(retention.RULES["submitted_answers"], LATER) == 0


def test_all_that_was_submitted_is_read_and_written_as_it_was(played: Any) -> None:
    stored = played.scalars(sa.select(SubmissionVersion.content)).all()
    assert len(stored) > 20
    for one in stored:
        assert content.write(content.read(one)) == one


def test_every_answer_of_a_version_is_among_its_rows(played: Any) -> None:
    for version in played.query(SubmissionVersion).filter_by(number=2):
        said = content.read(version.content)
        expected = [
            (section.key, item.public_id if item else "", answer.question)
            for section, item, answer in content.answers_in(said.sections)
            for _ in answer.chosen or (None,)
        ]
        expected += [
            (section.key, ended.public_id, answer.question)
            for section in said.sections
            for ended in section.ended
            for answer in ended.answers
        ]
        found = played.query(
            SubmittedAnswer.section, SubmittedAnswer.item, SubmittedAnswer.question
        ).filter_by(version_id=version.id)
        assert sorted(map(tuple, found)) == sorted(expected)


def test_erasing_a_person_leaves_what_was_submitted_and_no_name(played: Any) -> None:
    person = leads()[0].person
    name, before = person.name, everything()
    erase(person)
    assert everything() == before
    assert not any(name in str(row) for row in everything())
