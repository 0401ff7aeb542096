"""Afterwards: answers that are closed, asked for and opened again, and meetings that have results,
or a draft of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.clock import STOCKHOLM
from annualwheel.contacts import organisations, people
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.meetings import planning, results
from annualwheel.meetings.changes import Appointment
from annualwheel.meetings.results import ResultChange
from annualwheel.models import Meeting, Member, Staff
from annualwheel.models.drafts import Item
from annualwheel.participation import replies
from annualwheel.participation.replies import Reply
from annualwheel.preparation import answers, items, membership, reopening, submission
from annualwheel.questionnaires import published
from annualwheel.questionnaires import reading as forms
from annualwheel.questionnaires.values import Value
from annualwheel.services import services
from scenes.world import DAY, PREPARING, START, World
from scenes.worlds import followers, writers

DAYS = {
    "work": dt.date(2027, 1, 22),
    "direction": dt.date(2027, 3, 12),
    "conference": dt.date(2027, 9, 24),
}
# Who of those who have submitted asks to change it, by what becomes of that.
ASK_TO_CHANGE = ("asked", "refused")
OPEN = {
    "invitation": (-400, -310),
    "registration": (-309, -21),
    "change": (-309, -3),
    "preparation": (-20, -8),
    "followup": (6, 28),
}
THEMES = (
    ("arbete", "Hur får fler arbete?", "How do more people find work?"),
    ("energi", "Hur sparar vi energi?", "How do we save energy?"),
)
WORDS = {
    ("", "sv"): (
        "Fem luckor och nio samarbeten. Borden var ense om att börja med det som redan finns.\n\n"
        "Tre frågor går vidare till nästa möte: vem som samordnar, vad det får kosta och hur vi "
        "följer upp."
    ),
    ("", "en"): (
        "Five gaps and nine collaborations. The tables agreed to begin with what is there "
        "already.\n\n"
        "Three questions go on to the next meeting: who coordinates, what it may cost and how we "
        "follow up."
    ),
    ("arbete", "sv"): (
        "En väg in för den som söker arbete, i stället för sju. "
        "Kommunerna och Arbetsförmedlingen ritar den tillsammans till hösten."
    ),
    ("arbete", "en"): (
        "One way in for those who look for work, instead of seven. "
        "The municipalities and the employment service draw it by autumn."
    ),
    ("energi", "sv"): (
        "Delade tak och delade avtal. Två kommuner provar först, och de andra får läsa vad det gav."
    ),
}

SAID: dict[str, Value] = {
    "monster": (
        "Samma tre hinder kommer tillbaka i nästan alla svar: tid, avtal och vem som bjuder in."
    ),
}
EFFORT: dict[str, Value] = {
    "kraftsamling": "En väg in för den som söker arbete",
    "problem": "Sju ingångar. Folk ger upp efter den andra.",
    "utmaning": ["arbete"],
    "bidrag": "En lokal, och en person på torsdagar",
}


def make(world: World) -> None:
    """The working meeting's answers are closed; the direction meeting has its results, the
    conference a draft of them.
    """
    karin, _petter, _ada = (
        world.hire(*who)
        for who in (
            ("coordinator", "Karin Exempel"),
            ("facilitator", "Petter Exempel"),
            ("administrator", "Ada Exempel"),
        )
    )
    plan = {
        kind: Appointment(
            dt.datetime.combine(day, dt.time(8, 30), STOCKHOLM),
            dt.datetime.combine(day, dt.time(15, 30), STOCKHOLM),
            "Exempelsalen",
            "Exempelgatan 1, Karlstad",
        )
        for kind, day in DAYS.items()
    }
    year = planning.create_year(2027, plan, START - 60 * DAY, audit.SYSTEM)
    for key, sv, en in THEMES:
        years.add_theme(year, key, sv, en)
    db.session.refresh(year)
    for meeting in year.meetings:
        planning.set_phases(meeting, OPEN, START - 60 * DAY, audit.SYSTEM)
        for asked in forms.read_all(services().settings.forms_folder):
            if asked.meeting_kind == meeting.kind:
                published.publish(meeting, asked, START - 60 * DAY, audit.SYSTEM)
    db.session.expire_all()
    work, direction, conference = year.meetings
    _closed(world, work, karin)
    _told(world, direction, karin)
    _drafted(world, conference, karin)
    followers.make(world, work, karin)
    world.moments |= {
        "closed": years.phase(work, "preparation").closes_at + DAY,
        "held": work.ends_at + DAY,
        "published": direction.ends_at + 20 * DAY,
        "drafted": conference.ends_at + 3 * DAY,
    }


def _closed(world: World, work: Meeting, karin: Staff) -> None:
    """Five organisations: one may ask, one has asked, one was told no, one was let in again, one
    never submitted.
    """
    during, after = (
        moment + DAY
        for moment in (
            years.phase(work, "preparation").opens_at,
            years.phase(work, "preparation").closes_at,
        )
    )
    places = (
        ("asker", "Ola Provholm", "Nedre Exempels kommun"),
        ("asked", "Ulla Provlid", "Exempelfors kommun"),
        ("refused", "Dag Provmo", "Exempelvikens kommun"),
        ("reopened", "Eva Provnäs", "Stora Exempels kommun"),
        ("unsent", "Nils Provby", "Lilla Exempels kommun"),
    )
    for who, name, place in places:
        member = _whole(world, who, work, name, place, during)
        if who != "unsent":
            submission.submit(member, during)
        world.names[f"{who}_answer"] = member.submission.public_id
        if who in ASK_TO_CHANGE:
            reopening.ask(
                member,
                "Vi har fått ett nytt beslut om samverkan i länet och vill få med det.",
                after - DAY / 2,
            )
        if who == "refused":
            reopening.refuse(
                member.submission,
                "Underlaget till borden är redan tryckt. Ta med beslutet till mötet.",
                after - DAY / 4,
                karin,
            )
        if who == "reopened":
            reopening.open_until(member.submission, dt.date(2027, 1, 19), after - DAY / 4, karin)
    db.session.flush()


def _told(world: World, direction: Meeting, karin: Staff) -> None:
    """Somebody who was there and wrote, somebody who only wrote, and results that have been
    corrected since.
    """
    registration = world.invite("seated", direction, "Alva Provsson", "Karlstads universitet")
    replies.register(
        registration,
        Reply("Alva", "Provsson", registration.person.email, registration.title, "", None),
        START,
        audit.participant(registration.person_id),
    )
    direction.material_url = "https://www.example.org/nulagesanalys-2026.pdf"
    opened = years.phase(direction, "preparation").opens_at + DAY
    member = membership.join(
        published.one(direction, PREPARING[direction.kind]),
        registration.person,
        registration.organisation,
        opened,
    )
    _write(member, "", SAID, opened)
    effort = items.add(member.submission, "riktningen", opened)
    answers.save(
        effort, {key: answers.Change(v, 0) for key, v in EFFORT.items()}, member.person, opened
    )
    world.let_write("wrote", member)
    submission.submit(member, opened)
    actor, when = audit.staff(karin.id), direction.ends_at + 5 * DAY
    results.save(
        direction,
        {key: ResultChange(text, results.mark("")) for key, text in WORDS.items()},
        when,
        actor,
    )
    results.publish(direction, when, actor)
    corrected = WORDS["energi", "sv"] + " Det tredje avtalet kommer i höst."
    results.save(
        direction,
        {("energi", "sv"): ResultChange(corrected, results.mark(WORDS["energi", "sv"]))},
        when + 2 * DAY,
        actor,
    )


def _whole(
    world: World, who: str, meeting: Meeting, name: str, organisation: str, at: dt.datetime
) -> Member:
    """A member with a whole answer to the working meeting's questionnaire."""
    given, _space, family = name.partition(" ")
    place = organisations.add_organisation(organisation)
    person = people.add_person(
        given, family, f"{given.lower()}.{who}@exempelby.example", place, title="strateg"
    )
    member = membership.join(published.one(meeting, PREPARING[meeting.kind]), person, place, at)
    _write(member, "", writers.ROOT, at)
    card = items.add(member.submission, "initiativ", at)
    answers.save(
        card, {key: answers.Change(value, 0) for key, value in writers.CARD.items()}, person, at
    )
    _write(member, "strukturer/arbete", writers.THEME, at)
    world.let_write(who, member)
    return member


def _write(member: Member, group_key: str, texts: Mapping[str, Value], at: dt.datetime) -> None:
    item = db.session.scalars(
        sa.select(Item).where(
            Item.submission_id == member.submission_id, Item.group_key == group_key
        )
    ).one()
    answers.save(
        item, {key: answers.Change(value, 0) for key, value in texts.items()}, member.person, at
    )


def _drafted(world: World, conference: Meeting, karin: Staff) -> None:
    """Half of the words, for nobody but the staff."""
    world.invite("awaiting", conference, "Märta Testberg", "Arvika kommun")
    half = {
        key: ResultChange(text, results.mark(""))
        for key, text in WORDS.items()
        if key[0] != "energi" and key[1] == "sv"
    }
    results.save(conference, half, conference.ends_at + DAY, audit.staff(karin.id))
