"""When questionnaires are open, that their days move with the meeting, and that a corrected
definition leaves what is begun alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from annualwheel import audit
from annualwheel.clock import end_of_day, start_of_day
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Missing, Refused
from annualwheel.meetings import changes, planning
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Meeting, Member, Questionnaire
from annualwheel.preparation import (
    answers,
    deadline,
    drafts,
    membership,
    progress,
    reopening,
    submission,
)
from annualwheel.preparation.answers import Change
from annualwheel.questionnaires import opening, published, reading
from annualwheel.questionnaires.definition import Definition
from config import ROOT
from tests.makers.guests import make_guest, make_meeting, publish
from tests.makers.several import FOLLOW_UP, TWO_GROUPS, read_text
from tests.makers.writers import OPEN, item_of, make_members, write

DAY = dt.timedelta(days=1)
MEETING_DAY = dt.date(2027, 1, 22)
pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def meeting() -> Meeting:
    return make_meeting()


@pytest.fixture
def after(meeting: Meeting, tmp_path: Path) -> Questionnaire:
    """The follow-up of the meeting, open from the day after it and two weeks."""
    return published.publish(meeting, read_text(tmp_path, FOLLOW_UP), OPEN, audit.SYSTEM)


def span(asked: Questionnaire) -> tuple[dt.datetime, dt.datetime]:
    return opening.opens_at(asked), opening.closes_at(asked)


def test_without_days_of_its_own_it_is_open_as_long_as_the_phase(
    meeting: Meeting, tmp_path: Path
) -> None:
    publish(meeting)
    (before,) = meeting.questionnaires
    without = FOLLOW_UP.replace("opens = 1\ncloses = 14\n", "")
    follow_up = published.publish(meeting, read_text(tmp_path, without), OPEN, audit.SYSTEM)
    for asked, kind in ((before, "preparation"), (follow_up, "followup")):
        phase = years.phase(meeting, kind)
        assert span(asked) == (phase.opens_at, phase.closes_at)
    planning.set_phases(meeting, {"preparation": (-30, -4)}, OPEN, audit.SYSTEM)
    assert opening.closes_at(before) == end_of_day(MEETING_DAY - 4 * DAY)


def test_its_own_days_are_counted_from_the_meeting_and_move_with_it(
    meeting: Meeting, after: Questionnaire
) -> None:
    assert span(after) == (
        start_of_day(MEETING_DAY + DAY),
        end_of_day(MEETING_DAY + 14 * DAY),
    )
    later = Appointment(meeting.starts_at + 7 * DAY, meeting.ends_at + 7 * DAY, meeting.place)
    changes.move(meeting, later, "", OPEN, audit.SYSTEM)
    assert span(after) == (
        start_of_day(MEETING_DAY + 8 * DAY),
        end_of_day(MEETING_DAY + 21 * DAY),
    )


def test_what_has_opened_stays_open_when_the_meeting_moves_and_what_is_over_stays_over(
    meeting: Meeting, tmp_path: Path
) -> None:
    text = TWO_GROUPS.replace("title", "opens = -40\ncloses = -20\ntitle", 1)
    asked = published.publish(meeting, read_text(tmp_path, text), OPEN, audit.SYSTEM)
    opened, _closes = span(asked)
    meeting.starts_at += 14 * DAY
    years.place_phases(meeting, opened + DAY)
    assert span(asked) == (opened, end_of_day(MEETING_DAY + 14 * DAY - 20 * DAY))
    over = span(asked)
    meeting.starts_at += 14 * DAY
    years.place_phases(meeting, over[1] + DAY)
    assert span(asked) == over


def test_a_coordinator_moves_its_days_and_never_to_the_other_side_of_the_meeting(
    meeting: Meeting, after: Questionnaire
) -> None:
    planning.set_openings(meeting, {"efterat": (0, 5)}, OPEN, audit.SYSTEM)
    assert span(after) == (start_of_day(MEETING_DAY), end_of_day(MEETING_DAY + 5 * DAY))
    for days in ((-1, 5), (5, 4)):
        with pytest.raises(Refused, match="phase_backwards"):
            planning.set_openings(meeting, {"efterat": days}, OPEN, audit.SYSTEM)
    with pytest.raises(Missing, match="no_questionnaire"):
        planning.set_openings(meeting, {"hittepa": (0, 5)}, OPEN, audit.SYSTEM)
    assert (after.opens_days, after.closes_days) == (0, 5)


def test_the_one_in_turn_is_the_first_to_close_of_those_that_are_not_over(
    meeting: Meeting, after: Questionnaire
) -> None:
    assert (opening.due(meeting, OPEN), opening.is_named(after)) == (after, True)
    assert opening.preparing(meeting) == []
    publish(meeting)
    before = published.one(meeting, "arbetsmote")
    assert opening.due(meeting, OPEN) is before
    assert opening.due(meeting, opening.closes_at(before)) is before
    assert opening.due(meeting, opening.closes_at(before) + DAY) is after
    assert opening.due(meeting, opening.closes_at(after) + DAY) is after
    assert [opening.is_named(one) for one in (before, after)] == [True, True]
    assert opening.preparing(meeting) == [before]


def test_the_preparation_opens_with_the_first_that_prepares_the_meeting(
    meeting: Meeting, tmp_path: Path
) -> None:
    planned = years.phase(meeting, "preparation").opens_at
    assert opening.preparation_opens_at(meeting) == planned
    publish(meeting)
    earlier = TWO_GROUPS.replace("title", "opens = -60\ncloses = -20\ntitle", 1)
    first = published.publish(meeting, read_text(tmp_path, earlier), OPEN, audit.SYSTEM)
    follow_up = FOLLOW_UP.replace("opens = 1", "opens = 0")
    published.publish(meeting, read_text(tmp_path, follow_up), OPEN, audit.SYSTEM)
    assert opening.preparation_opens_at(meeting) == opening.opens_at(first) < planned


def test_only_what_must_be_told_apart_is_named(meeting: Meeting) -> None:
    publish(meeting)
    assert not opening.is_named(meeting.questionnaires[0])


def test_the_follow_up_is_written_and_reopened_after_the_meeting(
    meeting: Meeting, after: Questionnaire
) -> None:
    guest = make_guest(meeting)
    member = membership.join(after, guest.person, guest.organisation, OPEN)
    answer, root = member.submission, item_of(member)
    held = meeting.ends_at + 2 * DAY
    with pytest.raises(Closed, match="preparation_not_open"):
        write(member, root, OPEN, mal="För tidigt")
    write(member, root, held, mal="Ringa Torsby på måndag")
    closed = opening.closes_at(after) + DAY
    assert not deadline.is_open(answer, closed)
    assert reopening.may_ask(answer, closed)
    day = reopening.usual_day(after, closed)
    assert day > closed.date()
    answer.reopened_until = end_of_day(day)
    assert deadline.closes_at(answer) == end_of_day(day)


def corrected(tmp_path: Path) -> Definition:
    """The form of the working meeting with one page less and a network of its own."""
    asked = reading.read(ROOT / "forms" / "arbetsmote.toml")
    return replace(asked, sections=asked.sections[:2], minutes=30)


@pytest.fixture
def begun(tmp_path: Path) -> tuple[Member, Member]:
    """An organisation that had begun before the definition was corrected, and one that had not."""
    (maria,) = make_members()
    asked = maria.submission.questionnaire
    with pytest.raises(Refused, match="answers_begun"):
        published.publish(asked.meeting, corrected(tmp_path), OPEN, audit.SYSTEM)
    published.correct(asked, corrected(tmp_path), OPEN, audit.SYSTEM)
    guest = make_guest(asked.meeting, "Erik", "Sand", "Sunne kommun")
    return maria, membership.join(asked, guest.person, guest.organisation, OPEN)


def test_a_corrected_definition_leaves_begun_answers_on_theirs(
    begun: tuple[Member, Member],
) -> None:
    old, new = begun
    asked = old.submission.questionnaire
    assert old.submission.digest != new.submission.digest == asked.digest
    pages = [len(published.asked_of(one.submission).parts()) for one in begun]
    assert pages[0] > pages[1] == len(published.definition_of(asked).parts())
    theme = item_of(old, "strukturer/arbete")
    write(old, theme, skapa="En gemensam väg in")
    assert drafts.load(old.submission).themes and not drafts.load(new.submission).themes
    for member in begun:
        write(member, item_of(member), forberett="Strateger", inga_initiativ=["ja"])
    versions = [submission.submit(member, OPEN) for member in begun]
    for member, version in zip(begun, versions, strict=True):
        assert version.digest == member.submission.digest
        assert version.content["questionnaire"]["digest"] == member.submission.digest
    totals = {
        one.organisation: (one.answered, one.total) for one in progress.of_meeting(asked.meeting)
    }
    assert totals == {"Hagfors kommun": (3, pages[0]), "Sunne kommun": (2, pages[1])}


def test_a_question_of_the_corrected_definition_is_none_of_the_begun_answer(
    begun: tuple[Member, Member],
) -> None:
    _old, new = begun
    with pytest.raises(Missing, match="no_question"):
        answers.save(item_of(new), {"skapa": Change("Text", 0)}, new.person, OPEN)


def test_who_answers_cannot_change_once_somebody_has_begun(
    begun: tuple[Member, Member], tmp_path: Path
) -> None:
    asked = begun[0].submission.questionnaire
    alone = replace(corrected(tmp_path), respondent="person")
    with pytest.raises(Refused, match="answers_begun"):
        published.correct(asked, alone, OPEN, audit.SYSTEM)
    assert (asked.respondent, asked.digest) == ("organisation", begun[1].submission.digest)


def test_publishing_anew_before_anybody_begins_changes_who_answers_and_when(
    meeting: Meeting, tmp_path: Path
) -> None:
    published.publish(meeting, read_text(tmp_path, FOLLOW_UP), OPEN, audit.SYSTEM)
    joint = FOLLOW_UP.replace('"person"', '"organisation"').replace("closes = 14", "closes = 20")
    asked = published.publish(meeting, read_text(tmp_path, joint), OPEN, audit.SYSTEM)
    assert db.session.query(Questionnaire).all() == [asked]
    assert (asked.respondent, asked.closes_days) == ("organisation", 20)
    assert opening.closes_at(asked) == end_of_day(MEETING_DAY + 20 * DAY)
