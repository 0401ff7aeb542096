"""The demonstration has two questionnaires at its working meetings, and last year's has answers to
both that look as people write.
"""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel.cli import demo as commands
from annualwheel.clock import local
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.demo import following_up, year
from annualwheel.models import Meeting, Member, Message, Registration, Submission, Year
from annualwheel.preparation import deadline
from annualwheel.questionnaires import published
from annualwheel.wording.free_days import is_holiday
from annualwheel.workshop import submitted
from tests.rules.demo.conftest import BEGUN, on_one


@pytest.fixture
def earlier(latest: Year) -> Meeting:
    """Last year's working meeting of a demonstration that is begun at `BEGUN`."""
    return years.meeting_of(latest.number - 1, "work")


@on_one
def test_those_who_were_there_have_followed_the_meeting_up(earlier: Meeting) -> None:
    for number in (earlier.year.number, earlier.year.number + 1):
        meeting = years.meeting_of(number, "work")
        assert {(one.key, one.timing) for one in meeting.questionnaires} == {
            (year.PREPARING, "before"),
            (year.AFTER, "after"),
        }
    answered = submitted.respondents(earlier)
    assert [one.questionnaire for one in answered].count(year.PREPARING) == 2
    assert [one.questionnaire for one in answered].count(year.AFTER) == 7
    followup = published.one(earlier, year.AFTER)
    drafted = db.session.query(Submission).filter_by(
        questionnaire_id=followup.id, submitted_at=None
    )
    assert [one.changed_at is None for one in drafted] == [True, True, False]
    seats = db.session.query(Registration).filter_by(meeting_id=earlier.id)
    assert {registration.state for registration in seats} == {"attended"}
    assert seats.count() == len(following_up.PRESENT)
    days = {local(one.submitted_at).date() for one in answered}
    assert not any(is_holiday(day) for day in days)


@on_one
def test_last_year_is_over(earlier: Meeting) -> None:
    """No mail of it waits for a worker, and the link to a preparation is not to one of its."""
    then = db.session.query(Message).filter(Message.queued_at < BEGUN - dt.timedelta(days=150))
    assert {(mail.state, mail.sent_at == mail.queued_at) for mail in then} == {("sent", True)}
    target = commands._preparation()
    assert target is not None
    member = db.session.query(Member).filter_by(public_id=target.public_id).one()
    assert deadline.is_open(member.submission, BEGUN)
    assert member.submission.changed_at is not None


def test_half_of_what_they_wrote_is_long_and_of_many_lines() -> None:
    longest = [
        max(len(value) for value in one.wrote.values() if isinstance(value, str))
        for one in following_up.PRESENT
        if one.wrote and one.submits
    ]
    assert sum(400 <= length <= 1000 for length in longest) * 2 >= len(longest)
    texts = [str(value) for one in following_up.PRESENT for value in one.wrote.values()]
    assert sum("\n" in text for text in texts) >= 5
