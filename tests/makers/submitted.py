"""Makers of submitted answers, for tests of what reads them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.meetings import planning
from annualwheel.meetings.changes import Appointment
from annualwheel.models import (
    Category,
    Meeting,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
    SubmissionVersion,
    Year,
)
from annualwheel.preparation import projection
from annualwheel.questionnaires import content, path, published, reading
from annualwheel.questionnaires.definition import Definition
from annualwheel.questionnaires.values import Values
from config import ROOT

NOW = dt.datetime(2026, 12, 20, 9, 0, tzinfo=dt.UTC)
INITIATIVE: Values = {
    "titel": "Föreningskompis",
    "typ": "natverk",
    "tema": ["arbete"],
    "insatsomrade": ["livsvillkor"],
    "status": "pagar",
    "mal": "Tre idrotter för alla",
}


def make_work_meeting(definition: Definition | None = None) -> Meeting:
    """The working meeting of 2027 with two themes and its questionnaire (or another) published."""
    return make_meeting(definition or reading.read(ROOT / "forms" / "arbetsmote.toml"), "work")


def make_meeting(asked: Definition, kind: str) -> Meeting:
    """A meeting of 2027 of that kind, with two themes and the questionnaire published."""
    at = dt.datetime(2027, 1, 15, 8, tzinfo=dt.UTC)
    year: Year = planning.create_year(
        2027,
        {kind: Appointment(at, at + dt.timedelta(hours=7), "Exempelsalen", "Karlstad")},
        NOW,
        audit.SYSTEM,
    )
    for key, sv in (("arbete", "Fler i arbete?"), ("energi", "Energi & klimat?")):
        years.add_theme(year, key, sv, f"{sv} in English")
    published.publish(year.meetings[0], asked, NOW, audit.SYSTEM)
    return year.meetings[0]


@dataclass
class Written:
    """What an organisation has written: root answers, answers per theme, one dict an initiative."""

    items: tuple[Values, ...] = (INITIATIVE,)
    root: Values = field(default_factory=lambda: {"forberett": "Strateger"})
    themes: dict[str, Values] = field(default_factory=dict)
    carried: str = "new"
    ended: tuple[str, ...] = ()
    group: str = "initiativ"


def make_organisation(
    meeting: Meeting, name: str, category: str = "kommun"
) -> tuple[Organisation, Person]:
    """An organisation of that category with one person."""
    organisation = organisations.add_organisation(name)
    found = db.session.query(Category).filter_by(key=category).one()
    organisations.set_category(organisation, meeting.year, found)
    local = "".join(c for c in name.lower() if c.isascii() and c.isalnum()) or "org"
    return organisation, people.add_person(
        "Alva", "Provsson", f"alva@{local}.example", organisation
    )


def make_submitted(
    meeting: Meeting,
    name: str,
    written: Written | None = None,
    number: int = 1,
    category: str = "kommun",
) -> Submission:
    """An organisation that has submitted `written` as version `number`; its person has, where each
    answers for themselves.
    """
    written = written or Written()
    organisation, person = make_organisation(meeting, name, category)
    questionnaire = db.session.query(Questionnaire).filter_by(meeting_id=meeting.id).one()
    own = person if questionnaire.respondent == "person" else None
    submission = Submission(
        questionnaire=questionnaire,
        digest=questionnaire.digest,
        respondent_key=f"p{own.id}" if own else f"o{organisation.id}",
        person=own,
        organisation=organisation,
        state="submitted",
        submitted_at=NOW,
        changed_at=NOW,
    )
    db.session.add(submission)
    add_version(submission, written, number, person)
    return submission


def add_version(submission: Submission, written: Written, number: int, person: Person) -> None:
    """Submits another version."""
    items = tuple(
        path.FilledItem(
            f"{submission.respondent_key}-{place}", values, written.carried, group=written.group
        )
        for place, values in enumerate(written.items)
    )
    ended = tuple(
        path.FilledItem(
            f"{submission.respondent_key}-e{place}", {"titel": title}, "ended", group=written.group
        )
        for place, title in enumerate(written.ended)
    )
    filled = path.Filled(written.root, written.themes, items, ended)
    stored = content.write(path.submittable(published.asked_of(submission), filled))
    version = SubmissionVersion(
        submission=submission,
        number=number,
        digest=submission.digest,
        content=stored,
        by=person,
        at=NOW + dt.timedelta(hours=number),
    )
    db.session.add(version)
    db.session.flush()
    projection.write(version)


def make_registered(
    meeting: Meeting, name: str, given: str, state: str = "registered"
) -> Registration:
    """A person of the organisation `name` in that state."""
    organisation = organisations.organisation_named(name) or organisations.add_organisation(name)
    person = people.add_person(
        given, "Exempelgren", f"{given.lower()}@prov.example", organisation, title="strateg"
    )
    registration = Registration(
        meeting=meeting, person=person, organisation=organisation, state=state, title="strateg"
    )
    db.session.add(registration)
    db.session.flush()
    return registration
