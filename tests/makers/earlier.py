"""Makers for tests about the year before: what the same organisation submitted to the same
questionnaire then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.models import Member, Year
from annualwheel.models.drafts import Item
from annualwheel.preparation import carry_over, items, membership, submission
from annualwheel.preparation.carry_over import EarlierItem
from annualwheel.questionnaires import published, reading
from annualwheel.questionnaires.definition import Definition
from annualwheel.questionnaires.values import Value
from config import ROOT
from tests.makers.writers import INITIATIVE, OPEN, item_of, write

FIRST_FORM = Path(__file__).with_name("arbetsmote_first_year.toml")
THEN = OPEN - dt.timedelta(days=365)
THEMES = (
    ("arbete", "Hur får fler arbete?", "How do more people find work?"),
    ("ensamhet", "Hur bryter vi ensamhet?", "How do we break loneliness?"),
)


def first_form() -> Definition:
    """The working meeting's questionnaire as it was before it asked who seeks collaboration, where
    in the county and by state; its minutes were typed then, which no file may say now.
    """
    found = reading.read(FIRST_FORM)
    typed = zip(found.sections, (2, 25, 9), strict=True)
    sections = tuple(replace(section, minutes=minutes) for section, minutes in typed)
    return replace(found, minutes=45, sections=sections)


def make_earlier(
    member: Member,
    *cards: Mapping[str, Value],
    texts: Mapping[str, Value] | None = None,
    form: Definition | None = None,
) -> Member:
    """The year before, with an answer that the member's organisation submitted: `cards` over a
    finished initiative each, `texts` for the theme "arbete". `form` is what was asked, if it was
    not what is asked today.
    """
    now = member.submission.questionnaire.meeting
    year = Year(number=now.year.number - 1)
    db.session.add(year)
    for key, sv, en in THEMES:
        years.add_theme(year, key, sv, en)
    meeting = years.plan_meeting(
        year,
        now.kind,
        now.starts_at - dt.timedelta(days=364),
        now.ends_at - dt.timedelta(days=364),
        now.place,
    )
    db.session.flush()
    db.session.refresh(year)
    questionnaire = published.publish(
        meeting, form or reading.read(ROOT / "forms" / "arbetsmote.toml"), THEN, audit.SYSTEM
    )
    then = membership.join(questionnaire, member.person, member.submission.organisation, THEN)
    write(
        then,
        item_of(then),
        THEN,
        forberett="Förra årets strateger",
        inga_initiativ=[] if cards else ["ja"],
    )
    for card in cards:
        write(then, items.add(then.submission, "initiativ", THEN), THEN, **(INITIATIVE | card))
    if texts:
        write(then, item_of(then, "strukturer/arbete"), THEN, **texts)
    submission.submit(then, THEN)
    db.session.commit()
    return then


def offered(member: Member) -> list[EarlierItem]:
    """What the member's organisation submitted then."""
    earlier = carry_over.before(member.submission)
    return list(earlier.items) if earlier else []


def carry(member: Member, way: str, number: int = 0, at: dt.datetime = OPEN) -> Item:
    """Says that an initiative of the year before goes on, has changed or has ended."""
    return carry_over.carry(
        member.submission, offered(member)[number].public_id, way, member.person, at
    )
