"""Two who press in the same moment: the second sees what the first has done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit, limits
from annualwheel.contacts import organisations, people
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused, TooMany
from annualwheel.meetings import changes, planning
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Meeting, Member, Person, Questionnaire, Submission
from annualwheel.preparation import collaborators, membership
from annualwheel.preparation.collaborators import Collaborator
from tests.at_once import at_once
from tests.conftest import START
from tests.makers.guests import address_of, mails, make_guest, make_meeting, publish
from tests.makers.writers import OPEN, make_members
from tests.watching import listening

pytestmark = pytest.mark.race

ROUNDS = 15


def behind_our_back(app: Flask, act: Callable[[], object]) -> None:
    """Somebody else's request, from its beginning to its commit."""

    def request() -> None:
        with app.app_context():
            act()
            db.session.commit()

    with ThreadPoolExecutor(1) as other:
        other.submit(request).result()


def test_two_coordinators_who_cancel_tell_everybody_once(app: Flask, session: Any) -> None:
    meeting = make_meeting()
    make_guest(meeting)
    db.session.commit()
    behind_our_back(
        app,
        lambda: changes.cancel(db.session.get_one(Meeting, meeting.id), "", START, audit.SYSTEM),
    )
    with pytest.raises(Closed, match="meeting_cancelled"):
        changes.cancel(meeting, "", START, audit.SYSTEM)
    db.session.rollback()
    assert len(mails("cancelled")) == 1


def test_two_coordinators_who_move_tell_everybody_once(app: Flask, session: Any) -> None:
    meeting = make_meeting()
    make_guest(meeting)
    mails()[0].state = "sent"
    to = Appointment(
        meeting.starts_at + dt.timedelta(days=7),
        meeting.ends_at + dt.timedelta(days=7),
        meeting.place,
        meeting.address,
    )
    db.session.commit()
    behind_our_back(
        app,
        lambda: changes.move(db.session.get_one(Meeting, meeting.id), to, "", START, audit.SYSTEM),
    )
    with pytest.raises(Refused, match="not_moved"):
        changes.move(meeting, to, "", START, audit.SYSTEM)
    db.session.rollback()
    assert len(mails("moved")) == 1


def test_colleagues_who_come_in_together_write_in_one_answer(app: Flask) -> None:
    with app.app_context():
        meeting = make_meeting()
        publish(meeting)
        ids = [make_guest(meeting, f"Gast{number}", "Ek").person_id for number in range(8)]
        db.session.commit()

    def come_in(person_id: int) -> int:
        organisation = organisations.organisation_named("Hagfors kommun")
        assert organisation is not None
        member = membership.join(
            db.session.query(Questionnaire).one(),
            db.session.get_one(Person, person_id),
            organisation,
            START,
        )
        db.session.commit()
        return member.submission_id

    assert len(set(at_once(app, come_in, ids))) == 1
    with app.app_context():
        assert (db.session.query(Submission).count(), db.session.query(Member).count()) == (1, 8)


@pytest.mark.parametrize("scope", ["", "arbete"])
def test_who_is_invited_while_coming_in_has_one_membership_and_the_whole_answer(
    app: Flask, scope: str
) -> None:
    with app.app_context():
        member_id = make_members("Maria")[0].id

    def invite(given: str) -> None:
        collaborators.invite(
            db.session.get_one(Member, member_id),
            Collaborator(given, "Ek", address_of(given), scope),
            OPEN,
        )

    def come_in(given: str) -> None:
        person = people.person_called(given, "Ek", address_of(given))
        organisation = organisations.organisation_named("Hagfors kommun")
        assert person is not None and organisation is not None
        membership.join(db.session.query(Questionnaire).one(), person, organisation, OPEN)

    def press(one: tuple[Callable[[str], None], str]) -> str:
        try:
            one[0](one[1])
        except Refused as refused:
            return refused.key
        db.session.commit()
        return "done"

    for number in range(ROUNDS):
        given = f"Gast{number}"
        with app.app_context():
            organisation = organisations.organisation_named("Hagfors kommun")
            assert organisation is not None
            person_id = people.add_person(given, "Ek", address_of(given), organisation).id
            db.session.commit()
        assert set(at_once(app, press, [(invite, given), (come_in, given)])) <= {
            "done",
            "colleague_exists",
        }
        with app.app_context():
            assert [
                member.scope for member in db.session.query(Member).filter_by(person_id=person_id)
            ] == [""]


def test_a_limit_holds_for_those_who_press_at_once(app: Flask) -> None:
    def ask(_number: int) -> bool:
        try:
            limits.count("new_link", "maria@kommun.example", START, 3, dt.timedelta(hours=1))
        except TooMany:
            return False
        db.session.commit()
        return True

    assert sum(at_once(app, ask, range(12))) == 3


def test_the_plan_of_a_meeting_is_changed_under_its_lock(session: Any) -> None:
    meeting = make_meeting()
    db.session.commit()
    written: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        written.extend(
            [statement.split()[1].strip('"')] if statement.startswith(("UPDATE", "INSERT")) else []
        )

    with listening(db.engine, listen):
        planning.set_phases(meeting, {"registration": (-60, -30)}, START, audit.SYSTEM)
        db.session.flush()
    assert written[0] == "meetings" and "phases" in written
    assert (
        years.phase(meeting, "registration").opens_at
        < years.phase(meeting, "registration").closes_at
    )
