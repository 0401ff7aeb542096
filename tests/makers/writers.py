"""Makers for tests about preparing: an organisation whose people write in one answer while the
preparation is open.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from annualwheel import audit, models
from annualwheel.clock import STOCKHOLM
from annualwheel.contacts import organisations
from annualwheel.contacts.people import add_person
from annualwheel.cycle import reference, years
from annualwheel.db import db
from annualwheel.models import Member, Organisation, YearOrganisation
from annualwheel.models.drafts import AnswerHistory, Item
from annualwheel.preparation import answers, items, membership, notices
from annualwheel.preparation.answers import Change, SaveResult
from annualwheel.questionnaires import published, reading
from annualwheel.questionnaires.values import Value
from annualwheel.services import services
from config import ROOT
from tests.makers.guests import address_of, make_meeting
from tests.tiny_browser import Browser

OPEN = dt.datetime(2026, 12, 20, 9, 0, tzinfo=dt.UTC)
CLOSES = dt.datetime(2027, 1, 14, 23, 59, 59, tzinfo=STOCKHOLM).astimezone(dt.UTC)
THEMES = (
    ("arbete", "Hur får fler arbete?", "How do more people find work?"),
    ("energi", "Hur sparar vi energi?", "How do we save energy?"),
)
INITIATIVE: dict[str, Value] = {
    "titel": "Ung i Hagfors",
    "typ": "natverk",
    "tema": ["arbete"],
    "insatsomrade": ["livsvillkor"],
    "status": "pagar",
}


def make_members(
    *given: str, form: str = "arbetsmote", organisation: str = "Hagfors kommun"
) -> list[Member]:
    """The people of an organisation, the first of them its lead, as members of its answer to the
    working meeting's questionnaire.
    """
    reference.ensure()
    meeting = make_meeting(kind="conference" if form == "konferens" else "work")
    for key, sv, en in THEMES:
        years.add_theme(meeting.year, key, sv, en)
    db.session.refresh(meeting.year)
    questionnaire = published.publish(
        meeting, reading.read(ROOT / "forms" / f"{form}.toml"), OPEN, audit.SYSTEM
    )
    place = organisations.organisation_named(organisation) or organisations.add_organisation(
        organisation
    )
    people = [
        add_person(name, "Berg" if name == "Anna" else "Lindqvist", address_of(name), place)
        for name in given or ("Maria",)
    ]
    make_lead(questionnaire.meeting.year, place, people[0])
    members = [membership.join(questionnaire, person, place, OPEN) for person in people]
    db.session.commit()
    return members


def make_lead(year: Any, place: Organisation, person: Any) -> None:
    """Makes the person the organisation's lead of the year."""
    found = (
        db.session.query(YearOrganisation)
        .filter_by(year_id=year.id, organisation_id=place.id)
        .one_or_none()
    )
    if found is None:
        found = YearOrganisation(year=year, organisation=place)
        db.session.add(found)
    found.lead = person
    db.session.flush()


def item_of(member: Member, group_key: str = "") -> Item:
    """The root, or the item of a theme (`strukturer/arbete`)."""
    return (
        db.session.query(Item)
        .filter_by(submission_id=member.submission_id, group_key=group_key)
        .one()
    )


def write(
    member: Member, item: Item, at: dt.datetime = OPEN, base: int | None = None, **values: Value
) -> SaveResult:
    """Saves fields by key on the versions that stand, or on `base`."""
    from_stored = {
        row.question_key: row.version
        for row in db.session.query(models.drafts.Answer).filter_by(item_id=item.id)
    }
    changes = {
        key: Change(value, from_stored.get(key, 0) if base is None else base)
        for key, value in values.items()
    }
    return answers.save(item, changes, member.person, at)


def add_initiative(member: Member, **changes: Value) -> Item:
    """A finished initiative."""
    item = items.add(member.submission, "initiativ", OPEN)
    write(member, item, **(INITIATIVE | changes))
    return item


def stored(item: Item, key: str) -> Any:
    """What an answer holds now, as the database has it."""
    return (
        db.session.query(models.drafts.Answer.value)
        .filter_by(item_id=item.id, question_key=key)
        .scalar()
    )


def history(item: Item, key: str) -> list[Any]:
    """Replaced and rejected texts of an answer, oldest first."""
    return [
        row.value
        for row in db.session.query(AnswerHistory)
        .filter_by(item_id=item.id, question_key=key)
        .order_by(AnswerHistory.id)
    ]


def enter(browser: Browser, member: Member) -> Browser:
    """Follows the member's link and presses the button."""
    token = services().link_signer.token(notices.links(member)["preparation"])
    return browser.open(f"/f/{token}").press("Öppna förberedelsen")
