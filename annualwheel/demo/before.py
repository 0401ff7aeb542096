"""The year before the demonstration year, as much of it as this year leans on.

Two organisations' answers to the working meeting, and who was there and followed it up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from annualwheel.audit import Actor
from annualwheel.clock import STOCKHOLM, local
from annualwheel.contacts.organisations import set_category, set_lead
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.demo import following_up, joint_efforts
from annualwheel.demo.holidays import plan_phases, working_day
from annualwheel.mail import claiming, outbox
from annualwheel.meetings import planning
from annualwheel.meetings.changes import Appointment
from annualwheel.models import (
    Affiliation,
    Meeting,
    Message,
    Organisation,
    Questionnaire,
    Year,
    YearOrganisation,
)
from annualwheel.models.drafts import Item
from annualwheel.preparation import answers, items, membership, submission
from annualwheel.preparation.answers import Change
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Definition
from annualwheel.questionnaires.values import Value

# The same weekday a year earlier.
YEAR = dt.timedelta(days=364)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
THEMES = (
    (
        "arbete",
        "Hur skapar vi förutsättningar för att fler ska komma i arbete?",
        "How do we help more people into work?",
        "Fler i arbete",
        "More people in work",
    ),
    (
        "ensamhet",
        "Hur bryter vi ofrivillig ensamhet?",
        "How do we break involuntary loneliness?",
        "Ofrivillig ensamhet",
        "Involuntary loneliness",
    ),
)
CARD: dict[str, Value] = {
    "typ": "natverk",
    "tema": ["arbete", "ensamhet"],
    "insatsomrade": ["livsvillkor"],
    "status": "pagar",
}


class Answered(NamedTuple):
    """What one organisation submitted.

    Its initiatives, and what it wants to create (for the first theme).
    """

    code: str
    initiatives: tuple[Mapping[str, Value], ...]
    create: str


ANSWERS = (
    Answered(
        "FIL",
        (
            {
                "titel": "Tidiga samtal – nätverk kring barn 0–6 år",
                "mal": "Alla familjer ska veta vart de kan vända sig.",
                "period": "2024–",
            },
            {"titel": "Föräldrakaffe på tre orter", "mal": "Tio träffar om året."},
        ),
        "En gemensam väg in för familjer.",
    ),
    Answered(
        "ARV",
        (
            {
                "titel": "Jobbspår inom vården",
                "typ": "process",
                "mal": "30 personer i arbete på ett år.",
                "period": "2023–",
                "svart": "Handledarna räcker inte till alla som vill börja.",
                "framgang": "En och samma kontaktperson hela vägen.",
            },
            {
                "titel": "Språkvänner i arbetslivet",
                "typ": "initiativ",
                "mal": "50 par som träffas varje vecka.",
                "tema": ["ensamhet"],
            },
        ),
        "En mötesplats där arbetsgivare och den som söker arbete träffas utan ansökan.",
    ),
)


def play(
    year: Year, preparing: Definition, after: Definition, direction: Definition, actor: Actor
) -> None:
    """Plans the year before `year` (its organisations are known), a year ago.

    Submits two organisations' answers to `preparing`, the answers to `after` of those who were at
    the meeting, and those of three organisations to `direction`. The mails of all that were sent
    then.
    """
    plan = {meeting.kind: _a_year_earlier(meeting) for meeting in year.meetings}
    planned_at = plan["work"].starts_at - 100 * DAY
    earlier = planning.create_year(year.number - 1, plan, planned_at, actor)
    for theme in THEMES:
        years.add_theme(earlier, *theme)
    _same_organisations(year, earlier)
    db.session.flush()
    db.session.refresh(earlier)
    for meeting in earlier.meetings:
        plan_phases(meeting, {}, planned_at, actor)
    meeting = next(each for each in earlier.meetings if each.kind == preparing.meeting_kind)
    opened = years.phase(meeting, "preparation").opens_at
    questionnaire, followup = (
        published.publish(meeting, definition, opened - DAY, actor)
        for definition in (preparing, after)
    )
    db.session.refresh(meeting)
    for answered in ANSWERS:
        _submit(questionnaire, answered, opened + 10 * DAY)
    following_up.play(meeting, followup)
    _direction(earlier, direction, actor)
    _mails_went()


def _direction(earlier: Year, asked: Definition, actor: Actor) -> None:
    meeting = next(each for each in earlier.meetings if each.kind == asked.meeting_kind)
    opened = years.phase(meeting, "preparation").opens_at
    joint_efforts.play(
        published.publish(meeting, asked, opened - DAY, actor), opened + 5 * DAY + 9 * HOUR
    )


def _same_organisations(year: Year, earlier: Year) -> None:
    """The organisations of the year before, of the kind they are now and with the same leads."""
    of_year = sa.select(YearOrganisation).where(YearOrganisation.year_id == year.id)
    for row in db.session.scalars(of_year.order_by(YearOrganisation.id)).all():
        set_category(row.organisation, earlier, row.category)
        if row.lead:
            set_lead(row.organisation, earlier, row.lead)


def _mails_went() -> None:
    """Every mail so far was sent when it was written."""
    waiting = db.session.scalars(sa.select(Message).order_by(Message.queued_at)).all()
    for mail in waiting:
        for taken in claiming.claim("demo", mail.queued_at, [mail.id]):
            outbox.mark_sent(taken, mail.queued_at)


def _a_year_earlier(meeting: Meeting) -> Appointment:
    starts, ends = local(meeting.starts_at), local(meeting.ends_at)
    day = working_day(starts.date() - YEAR)
    starts_at, ends_at = (dt.datetime.combine(day, at.time(), STOCKHOLM) for at in (starts, ends))
    return Appointment(starts_at, ends_at, meeting.place, meeting.address)


def _submit(questionnaire: Questionnaire, answered: Answered, at: dt.datetime) -> None:
    place = db.session.scalars(
        sa.select(Affiliation)
        .join(Organisation)
        .where(Organisation.code == answered.code)
        .order_by(Affiliation.id)
        .limit(1)
    ).one()
    member = membership.join(questionnaire, place.person, place.organisation, at)
    rows = db.session.scalars(sa.select(Item).where(Item.submission_id == member.submission_id))
    places = {item.group_key: item for item in rows}
    written: list[tuple[Item, Mapping[str, Value]]] = [
        (places[""], {"forberett": "Strateger och chefer"}),
        (places["strukturer/arbete"], {"skapa": answered.create}),
    ]
    written += [
        (items.add(member.submission, "initiativ", at), {**CARD, **card})
        for card in answered.initiatives
    ]
    for item, texts in written:
        changes = {key: Change(value, 0) for key, value in texts.items()}
        answers.save(item, changes, member.person, at)
    submission.submit(member, at)
