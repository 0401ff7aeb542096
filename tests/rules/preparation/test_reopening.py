"""After the last day: who may ask to change, what opens an answer for one organisation alone, and
what closes it again.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from annualwheel.clock import STOCKHOLM
from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.errors import Closed, Refused, TooMany
from annualwheel.models import Audit, ChangeRequest, Member, Message, Staff, Submission
from annualwheel.preparation import deadline, membership, reopening, submission
from tests.makers.guests import address_of
from tests.makers.region import make_staff
from tests.makers.writers import CLOSES, OPEN, add_initiative, item_of, make_members, write
from tests.rules.preparation.test_two_at_once import behind_our_back

Db = scoped_session[Session]
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
LATE = CLOSES + DAY
UNTIL = dt.date(2027, 1, 19)
END = dt.datetime(2027, 1, 19, 23, 59, 59, tzinfo=STOCKHOLM).astimezone(dt.UTC)
WHY = "Vi har fått ett nytt beslut."


@pytest.fixture
def karin(session: Db) -> Staff:
    return make_staff()


def addresses(kind: str) -> list[str]:
    return sorted(message.address for message in db.session.query(Message).filter_by(kind=kind))


@pytest.mark.parametrize("moment", [OPEN, CLOSES - MINUTE, CLOSES + 15 * MINUTE])
def test_nobody_asks_while_the_answer_can_be_changed_anyway(
    session: Db, moment: dt.datetime
) -> None:
    (maria,) = make_members()
    assert not reopening.may_ask(maria.submission, moment)
    with pytest.raises(Refused, match="still_open"):
        reopening.ask(maria, WHY, moment)


def test_once_the_grace_is_over_anyone_who_writes_may_ask_and_the_asking_is_logged(
    session: Db,
) -> None:
    (maria,) = make_members()
    assert reopening.may_ask(maria.submission, CLOSES + 16 * MINUTE)
    made = reopening.ask(maria, WHY, CLOSES + 16 * MINUTE)
    assert (made.state, made.person, made.reason, reopening.pending(maria.submission)) == (
        "asked",
        maria.person,
        WHY,
        made,
    )
    assert (
        session.query(Audit).filter_by(verb="change_asked", actor_kind="participant").one().details
        == {}
    )
    assert session.query(Message).count() == 0


def test_after_the_meeting_has_begun_or_is_cancelled_there_is_nothing_to_ask_for(
    session: Db,
) -> None:
    (maria,) = make_members()
    meeting = maria.submission.questionnaire.meeting
    with pytest.raises(Closed, match="meeting_started"):
        reopening.ask(maria, WHY, meeting.starts_at)
    meeting.state = "cancelled"
    with pytest.raises(Closed, match="meeting_cancelled"):
        reopening.ask(maria, WHY, LATE)


def test_one_request_waits_at_a_time(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    first = reopening.ask(maria, WHY, LATE)
    assert reopening.ask(maria, WHY, LATE + MINUTE) is first
    with pytest.raises(Refused, match="already_asked"):
        reopening.ask(anna, "Något annat", LATE)
    assert session.query(ChangeRequest).count() == 1


@pytest.mark.race
def test_of_two_who_ask_in_the_same_moment_one_is_told_so(app: Flask, session: Any) -> None:
    maria, anna = make_members("Maria", "Anna")
    assert reopening.pending(maria.submission) is None
    session.commit()
    behind_our_back(app, lambda: reopening.ask(db.session.get_one(Member, anna.id), WHY, LATE))
    with pytest.raises(Refused, match="already_asked"):
        reopening.ask(maria, "Något annat", LATE)


def test_an_organisation_that_was_told_no_may_ask_again_but_not_without_end(
    session: Db, karin: Staff
) -> None:
    (maria,) = make_members()
    for number in range(5):
        reopening.ask(maria, f"{WHY} {number}", LATE)
        reopening.refuse(maria.submission, "Tryckt redan", LATE, karin)
    with pytest.raises(TooMany):
        reopening.ask(maria, WHY, LATE)


def test_opening_lets_one_organisation_in_to_the_end_of_the_day_with_the_usual_grace(
    session: Db, karin: Staff
) -> None:
    (maria,) = make_members()
    organisation = organisations.add_organisation("Arvika kommun")
    olle = membership.join(
        maria.submission.questionnaire,
        people.add_person("Olle", "Ek", address_of("Olle"), organisation),
        organisation,
        OPEN,
    )
    reopening.open_until(maria.submission, UNTIL, LATE, karin)
    assert maria.submission.reopened_until == END
    write(maria, item_of(maria), END + 15 * MINUTE, forberett="Strateger")
    with pytest.raises(Closed, match="preparation_closed"):
        write(maria, item_of(maria), END + 16 * MINUTE, forberett="Andra")
    with pytest.raises(Closed, match="preparation_closed"):
        write(olle, item_of(olle), LATE, forberett="Andra")
    assert session.query(Audit).filter_by(
        verb="answer_opened", actor_kind="staff"
    ).one().details == {"until": END.isoformat()}


def test_a_change_while_it_is_open_again_is_submitted_as_a_new_version(
    session: Db, karin: Staff
) -> None:
    (maria,) = make_members()
    write(maria, item_of(maria), forberett="Strateger")
    add_initiative(maria)
    submission.submit(maria, OPEN)
    reopening.open_until(maria.submission, UNTIL, LATE, karin)
    write(maria, item_of(maria), LATE, forberett="Andra")
    assert submission.submit(maria, END + 15 * MINUTE).number == 2
    with pytest.raises(Closed, match="preparation_closed"):
        submission.submit(maria, END + 16 * MINUTE)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (dt.date(2027, 1, 15), "day_passed"),
        (dt.date(2027, 1, 22), "day_too_late"),
        (dt.date(2027, 2, 1), "day_too_late"),
    ],
)
def test_the_last_day_lies_ahead_and_before_the_meeting(
    session: Db, karin: Staff, day: dt.date, why: str
) -> None:
    (maria,) = make_members()
    with pytest.raises(Refused, match=why):
        reopening.open_until(
            maria.submission, day, dt.datetime(2027, 1, 16, 8, tzinfo=dt.UTC), karin
        )
    assert maria.submission.reopened_until is None


def test_a_day_when_it_is_open_for_everyone_is_no_opening_but_a_later_one_is(
    session: Db, karin: Staff
) -> None:
    (maria,) = make_members()
    with pytest.raises(Refused, match="day_in_plan"):
        reopening.open_until(maria.submission, CLOSES.date(), OPEN, karin)
    reopening.open_until(maria.submission, UNTIL, OPEN, karin)
    assert deadline.closes_at(maria.submission) == END


def test_nothing_is_opened_once_the_meeting_has_begun(session: Db, karin: Staff) -> None:
    (maria,) = make_members()
    meeting = maria.submission.questionnaire.meeting
    with pytest.raises(Closed, match="meeting_started"):
        reopening.open_until(maria.submission, UNTIL, meeting.starts_at, karin)
    with pytest.raises(Closed, match="preparation_not_open"):
        reopening.open_until(maria.submission, UNTIL, OPEN - 60 * DAY, karin)


def test_a_meeting_that_is_moved_closer_closes_the_answer_when_it_begins(
    session: Db, karin: Staff
) -> None:
    (maria,) = make_members()
    reopening.open_until(maria.submission, dt.date(2027, 1, 21), LATE, karin)
    meeting = maria.submission.questionnaire.meeting
    meeting.starts_at = dt.datetime(2027, 1, 20, 8, tzinfo=dt.UTC)
    assert deadline.closes_at(maria.submission) == meeting.starts_at


@pytest.mark.parametrize(
    ("today", "offered"),
    [
        (dt.date(2027, 1, 8), dt.date(2027, 1, 19)),
        (dt.date(2027, 1, 15), dt.date(2027, 1, 20)),
        (dt.date(2027, 1, 16), dt.date(2027, 1, 20)),
        (dt.date(2027, 1, 18), dt.date(2027, 1, 21)),
        (dt.date(2027, 1, 20), dt.date(2027, 1, 21)),
    ],
)
def test_the_day_that_is_offered_is_three_working_days_away_and_before_the_meeting(
    session: Db, today: dt.date, offered: dt.date
) -> None:
    (maria,) = make_members()
    now = dt.datetime.combine(today, dt.time(12), STOCKHOLM).astimezone(dt.UTC)
    assert reopening.usual_day(maria.submission.questionnaire, now) == offered


def test_a_yes_answers_the_request_and_is_mailed_to_who_asked_and_to_the_lead(
    session: Db, karin: Staff
) -> None:
    maria, anna, _ola = make_members("Maria", "Anna", "Ola")
    request = reopening.ask(anna, WHY, LATE)
    reopening.open_until(maria.submission, UNTIL, LATE, karin)
    assert (request.state, request.answered_at, request.by_id) == ("granted", LATE, karin.id)
    assert addresses("change_granted") == ["anna@kommun.example", "maria@kommun.example"]
    text = session.query(Message).filter_by(kind="change_granted").first().body.text
    assert "tisdag 19\u00a0januari\u00a02027" in text and WHY not in text


def test_a_yes_without_a_question_is_mailed_to_the_lead_and_without_one_to_all(
    session: Db, karin: Staff
) -> None:
    maria, anna = make_members("Maria", "Anna")
    anna.person.active = False
    reopening.open_until(maria.submission, UNTIL, LATE, karin)
    assert addresses("change_granted") == ["maria@kommun.example"]
    maria.role, anna.person.active = "writer", True
    reopening.open_until(maria.submission, UNTIL + DAY, LATE + MINUTE, karin)
    assert addresses("change_granted") == [
        "anna@kommun.example",
        "maria@kommun.example",
        "maria@kommun.example",
    ]


def test_a_no_says_why_and_opens_nothing(session: Db, karin: Staff) -> None:
    maria, anna = make_members("Maria", "Anna")
    request = reopening.ask(anna, WHY, LATE)
    reopening.refuse(maria.submission, "Underlaget är redan tryckt.", LATE, karin)
    assert (request.state, maria.submission.reopened_until) == ("refused", None)
    assert addresses("change_refused") == ["anna@kommun.example", "maria@kommun.example"]
    assert (
        "Underlaget är redan tryckt."
        in session.query(Message).filter_by(kind="change_refused").first().body.text
    )
    with pytest.raises(Refused, match="nothing_asked"):
        reopening.refuse(maria.submission, "En gång till", LATE, karin)
    assert session.query(Audit).filter_by(verb="change_refused").count() == 1


def test_closing_early_gives_an_open_page_the_grace_and_no_more(session: Db, karin: Staff) -> None:
    (maria,) = make_members()
    reopening.open_until(maria.submission, UNTIL, LATE, karin)
    reopening.close(maria.submission, LATE + DAY, karin)
    reopening.close(maria.submission, LATE + DAY + MINUTE, karin)
    assert not deadline.is_open(maria.submission, LATE + DAY)
    write(maria, item_of(maria), LATE + DAY + 14 * MINUTE, forberett="Strateger")
    with pytest.raises(Closed, match="preparation_closed"):
        write(maria, item_of(maria), LATE + DAY + 16 * MINUTE, forberett="Andra")
    assert session.query(Audit).filter_by(verb="answer_closed").count() == 1


def test_an_opening_never_submits_anything(session: Db, karin: Staff) -> None:
    (maria,) = make_members()
    write(maria, item_of(maria), forberett="Strateger")
    reopening.open_until(maria.submission, UNTIL, LATE, karin)
    session.commit()
    assert (
        session.get_one(Submission, maria.submission_id).state,
        submission.latest(maria.submission),
    ) == ("draft", None)
