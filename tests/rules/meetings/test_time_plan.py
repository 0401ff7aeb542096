"""The plan as dates: days and times agree whatever happens, and one date never changes another."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.meetings import changes, time_plan
from annualwheel.meetings.changes import Appointment
from annualwheel.meetings.time_plan import Concern
from annualwheel.models import Meeting
from annualwheel.models.meetings import PHASE_KINDS
from annualwheel.questionnaires import published
from tests.conftest import START
from tests.makers.guests import make_meeting, publish
from tests.makers.several import FOLLOW_UP, TWO_GROUPS, read_text

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 11, 23)
KEYS = (*PHASE_KINDS, "asked_efterat")
# What happens to a plan, each some days after the one before: the meeting moves so many days, or a
# first or last day of a period does.
MOVES = st.tuples(st.just("meeting"), st.integers(-20, 40), st.just(0))
TYPED = st.tuples(st.sampled_from(KEYS), st.integers(-15, 15), st.integers(0, 1))
HISTORY = st.lists(st.tuples(st.integers(0, 12), st.one_of(MOVES, TYPED)), max_size=8)


def move(meeting: Meeting, days: int, now: dt.datetime = START) -> None:
    to = Appointment(meeting.starts_at + days * DAY, meeting.ends_at + days * DAY, meeting.place)
    changes.move(meeting, to, "", now, audit.SYSTEM)


def agree(meeting: Meeting) -> bool:
    """Whether the days of every period say what its times say."""
    counted = {one.kind: (one.opens_days, one.closes_days) for one in meeting.phases} | {
        f"asked_{one.key}": (one.opens_days, one.closes_days)
        for one in meeting.questionnaires
        if one.opens_days is not None
    }
    plan = time_plan.plan_of(meeting)
    return counted == {key: time_plan.counted_from(meeting, days) for key, days in plan.items()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY)
def test_days_and_dates_agree_after_any_history_and_one_date_changes_no_other(
    app: Flask, tmp_path: Path, history: list[tuple[int, tuple[str, int, int]]]
) -> None:
    with app.app_context():
        meeting, now = make_meeting(), START
        published.publish(meeting, read_text(tmp_path, FOLLOW_UP), now, audit.SYSTEM)
        for later, (what, by, edge) in history:
            now += later * DAY
            before = time_plan.plan_of(meeting)
            try:
                if what == "meeting":
                    foreseen = time_plan.plan_after_move(
                        meeting, meeting.starts_at.date() + by * DAY, now
                    )
                    move(meeting, by, now)
                    assert time_plan.plan_of(meeting) == foreseen
                else:
                    days = list(before[what])
                    days[edge] += by * DAY
                    typed = {what: (days[0], days[1])}
                    time_plan.change(meeting, typed, now, audit.SYSTEM)
                    assert time_plan.plan_of(meeting) == before | typed
            except Refused as refusal:
                # A meeting that stays where it is, or goes back in time; a period turned round.
                assert refusal.key in ("not_moved", "time_passed", "phase_backwards")
                assert time_plan.plan_of(meeting) == before
            except Closed:
                break
            assert agree(meeting)
        db.session.rollback()


@pytest.mark.usefixtures("session")
def test_after_a_move_another_last_day_leaves_the_first_and_what_is_open() -> None:
    meeting = make_meeting()
    registration = years.phase(meeting, "registration")
    opened = registration.opens_at
    move(meeting, 21)
    assert (registration.opens_at, registration.opens_days, registration.closes_days) == (
        opened,
        -88,
        -42,
    )
    last = dt.date(2026, 12, 23)
    time_plan.change(meeting, {"registration": (dt.date(2026, 11, 16), last)}, START, audit.SYSTEM)
    assert registration.opens_at == opened
    assert years.is_open(meeting, "registration", START)
    assert time_plan.plan_of(meeting)["registration"] == (dt.date(2026, 11, 16), last)


@pytest.mark.usefixtures("session")
def test_a_plan_whose_days_count_from_another_day_is_changed_by_its_dates() -> None:
    meeting = make_meeting()
    registration = years.phase(meeting, "registration")
    # As a move left them before days and times agreed.
    registration.opens_days, registration.closes_days = -88, -42
    plan = {"registration": (dt.date(2026, 10, 26), dt.date(2026, 12, 11))}
    time_plan.change(meeting, plan, START, audit.SYSTEM)
    assert time_plan.plan_of(meeting)["registration"] == plan["registration"]
    assert agree(meeting)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("registration", dt.date(2026, 12, 12), dt.date(2026, 12, 11)),
        ("preparation", dt.date(2026, 12, 12), dt.date(2027, 1, 23)),
        ("followup", dt.date(2027, 1, 21), dt.date(2027, 2, 19)),
    ],
)
def test_a_period_turned_round_or_on_the_wrong_side_of_the_meeting_is_refused(
    key: str, first: dt.date, last: dt.date
) -> None:
    meeting = make_meeting()
    before = time_plan.plan_of(meeting)
    with pytest.raises(Refused, match="phase_backwards"):
        time_plan.change(meeting, {key: (first, last)}, START, audit.SYSTEM)
    assert time_plan.plan_of(meeting) == before


def said(meeting: Meeting, **changed: tuple[dt.date, dt.date]) -> list[Concern]:
    before = time_plan.plan_of(meeting)
    return time_plan.concerns(meeting, before, before | changed, TODAY)


@pytest.mark.usefixtures("session")
def test_the_usual_plan_collides_with_nothing() -> None:
    assert said(make_meeting()) == []


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("day", "what"),
    [
        (dt.date(2026, 12, 24), ["prepared_too_soon", "holiday"]),
        (dt.date(2026, 12, 19), ["prepared_too_soon", "weekend"]),
        (dt.date(2026, 12, 10), []),
        (dt.date(2026, 11, 20), ["passed"]),
        (dt.date(2027, 1, 20), ["change_ends_first", "prepared_too_soon"]),
    ],
    ids=["christmas-eve", "saturday", "thursday", "has-been", "late"],
)
def test_what_a_last_day_collides_with_is_said(day: dt.date, what: list[str]) -> None:
    meeting = make_meeting()
    first, _last = time_plan.plan_of(meeting)["registration"]
    assert [one.what for one in said(meeting, registration=(first, day))] == what


@pytest.mark.usefixtures("session")
def test_a_free_day_that_stays_is_said_no_more() -> None:
    meeting = make_meeting()
    epiphany = dt.date(2027, 1, 6)
    time_plan.change(
        meeting, {"preparation": (dt.date(2026, 12, 12), epiphany)}, START, audit.SYSTEM
    )
    assert said(meeting) == []


@pytest.mark.usefixtures("session")
def test_an_invitation_after_the_last_day_to_answer_is_said() -> None:
    meeting = make_meeting()
    days = dt.date(2026, 11, 2), dt.date(2026, 12, 14)
    assert said(meeting, invitation=days) == [
        Concern("invited_too_late", "invitation", "closes", days[1], dt.date(2026, 12, 11))
    ]


@pytest.mark.usefixtures("session")
def test_two_questionnaires_that_open_on_one_day_are_two_mails_to_the_same_people(
    tmp_path: Path,
) -> None:
    meeting = make_meeting()
    publish(meeting)
    assert said(meeting) == []
    own_days = TWO_GROUPS.replace("title", "opens = -30\ncloses = -8\ntitle", 1)
    published.publish(meeting, read_text(tmp_path, own_days), START, audit.SYSTEM)
    assert said(meeting) == []
    opens = time_plan.plan_of(meeting)["preparation"][0]
    found = said(meeting, asked_tva_grupper=(opens, dt.date(2027, 1, 14)))
    assert [(one.what, one.day, one.asked) for one in found if one.what == "mailed_twice"] == [
        ("mailed_twice", opens, ("arbetsmote", "tva_grupper"))
    ]
