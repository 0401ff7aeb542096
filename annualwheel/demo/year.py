"""Plays a demonstration year up to today.

One meeting is in preparation, the next in registration, the third ahead.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.accounts import staff
from annualwheel.clock import STOCKHOLM, local
from annualwheel.contacts.organisations import add_organisation, set_category, set_lead
from annualwheel.contacts.people import add_person
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.demo import before, initiatives, prose, second_thoughts
from annualwheel.demo.holidays import plan_phases, working_day
from annualwheel.demo.initiatives import FURTHER, INITIATIVES, Sample
from annualwheel.demo.people import organisations, people_of
from annualwheel.meetings import planning
from annualwheel.meetings.changes import Appointment
from annualwheel.models import (
    Affiliation,
    Category,
    Meeting,
    Member,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Staff,
    Year,
)
from annualwheel.models.drafts import Answer, Item
from annualwheel.participation import attendance_terms, replies
from annualwheel.participation.attendance_terms import AttendanceTerms
from annualwheel.participation.replies import Reply
from annualwheel.preparation import answers, carry_over, items, membership, submission
from annualwheel.preparation.answers import Change
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Definition
from annualwheel.questionnaires.values import Value
from annualwheel.registrations import invitations, joining, needs
from annualwheel.registrations.joining import Joining

SEED = 2040
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MORNING = dt.timedelta(hours=9, minutes=20)
THURSDAY, FRIDAY = 3, 4
# The questionnaires of the first two meetings, by their keys in forms/.
PREPARING, AFTER, DIRECTION = "arbetsmote", "efter_arbetsmotet", "riktningsmote"
HOURS = {"work": (9, 16), "direction": (8.5, 12), "conference": (9, 16)}
PLACE, ADDRESS = "Exempelsalen", "Exempelgatan 1, Karlstad"
# Diet and what is needed to take part.
NEEDS = (
    ("Vegetariskt", ""),
    ("Veganskt", "Plats nära dörren"),
    ("vegetariskt", ""),
    ("Allergi mot nötter", ""),
    ("", "Teckentolk"),
    ("Glutenfritt", "Hörslinga"),
    ("Vegetariskt", "Materialet i förväg"),
)
# How one joins the direction meeting.
JOINING = {
    "on_site": Joining(
        "", "Ingång från Exempelgatan, en trappa upp. Kaffe från kl. 8.00.", "Coffee from 8:00."
    ),
    "online": Joining(
        "https://moten.example.org/riktningsmotet",
        "Anslut från kl. 8.15, så hinner vi prova ljudet.",
        "Join from 8:15, so that there is time to test the sound.",
    ),
}
PROGRAMMES = {
    "work": (
        "8.30 Kaffe\n9.00 Vad vi har fått in\n10.00 Borden: skapa, bryta, behålla\n12.00 Lunch\n"
        "13.00 Borden: vem gör vad\n15.15 Det vi tar med oss\n16.00 Slut",
        "",
    ),
    "direction": (
        "8.00 Kaffe\n8.30 Nulägesanalysen\n9.45 Samtal om riktningen\n12.00 Slut",
        "8:00 Coffee\n8:30 Where we stand\n9:45 Talks about the direction\n12:00 End",
    ),
}
CONSENT = "Jag samtycker till att uppgifterna används för att ordna specialkost och platsen."
THEMES = (
    (
        "arbete",
        "Hur skapar vi förutsättningar för att fler ska komma i arbete?",
        "How do we help more people into work?",
        "Fler i arbete",
        "More people in work",
    ),
    (
        "energi",
        "Hur klarar vi energi- och klimatomställningen tillsammans?",
        "How do we manage the energy and climate transition together?",
        "Energi och klimat",
        "Energy and climate",
    ),
)
STAFF = (
    ("Karin Exempel", "karin.exempel@region.example", ("coordinator", "administrator")),
    ("Petter Exempel", "petter.exempel@region.example", ("facilitator",)),
)
# Days from the meeting, so that the first is in preparation today and the second in registration.
PHASES = {
    "work": {
        "invitation": (-81, -68),
        "registration": (-67, -35),
        "change": (-67, -3),
        "preparation": (-34, -8),
        "followup": (6, 28),
    },
    "direction": {
        "invitation": (-75, -62),
        "registration": (-61, -21),
        "change": (-61, -3),
        "preparation": (-20, -7),
        "followup": (7, 35),
    },
}


@dataclass(frozen=True)
class Played:
    """What came of it, for the message on the terminal."""

    organisations: int
    persons: int
    submitted: int


def is_empty() -> bool:
    """Whether nothing has been planned in this database yet."""
    return db.session.scalar(sa.select(Year.id).limit(1)) is None


def play(now: dt.datetime, definitions: list[Definition]) -> Played:
    """Fills an empty database.

    `definitions` are the questionnaires of forms/. The caller commits.
    """
    for name, address, roles in STAFF:
        staff.add(name, address, roles, now)
    first = sa.select(Staff.id).where(Staff.email == STAFF[0][1])
    coordinator = audit.staff(db.session.scalars(first).one())
    year = _plan(now, coordinator)
    people = _contacts(year)
    work, direction = year.meetings[0], year.meetings[1]
    by_key = {definition.key: definition for definition in definitions}
    before.play(year, by_key[PREPARING], by_key[AFTER], by_key[DIRECTION], coordinator)
    for definition in definitions:
        meeting = next(one for one in year.meetings if one.kind == definition.meeting_kind)
        published.publish(meeting, definition, now - 40 * DAY, coordinator)
    for meeting in (work, direction):
        meeting.map_url = "https://www.example.org/karta"
        meeting.programme_sv, meeting.programme_en = PROGRAMMES[meeting.kind]
    direction.material_url = "https://www.example.org/nulagesanalysen.pdf"
    _work_meeting(work, people)
    _direction_meeting(direction, people, now, coordinator)
    submitted = _prepare(work, now)
    return Played(len(organisations()), len(people), submitted)


def _plan(now: dt.datetime, actor: audit.Actor) -> Year:
    days = meeting_days(local(now).date())
    plan = {
        kind: Appointment(_at(days[kind], start), _at(days[kind], end), PLACE, ADDRESS)
        for kind, (start, end) in HOURS.items()
    }
    year = planning.create_year(days["direction"].year, plan, now - 90 * DAY, actor)
    for theme in THEMES:
        years.add_theme(year, *theme)
    for meeting in year.meetings:
        plan_phases(meeting, PHASES.get(meeting.kind, {}), now - 90 * DAY, actor)
    db.session.flush()
    return year


def meeting_days(today: dt.date) -> dict[str, dt.date]:
    """The days of the three meetings, counted from today.

    Fridays are sought for the first two and a Thursday for the conference, as the region does, and
    the last working day before one that is a holiday.
    """
    work = _weekday(today + 24 * DAY, FRIDAY)
    direction = _weekday(today + 52 * DAY, FRIDAY)
    conference = _weekday(dt.date(direction.year + (direction.month > 6), 9, 20), THURSDAY)
    return {"work": work, "direction": direction, "conference": conference}


def _weekday(day: dt.date, weekday: int) -> dt.date:
    return working_day(day + (weekday - day.weekday()) % 7 * DAY)


def _at(day: dt.date, hour: float) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(int(hour), int(hour % 1 * 60)), STOCKHOLM)


def _contacts(year: Year) -> list[Person]:
    categories = {row.sv: row for row in db.session.scalars(sa.select(Category))}
    people: list[Person] = []
    for body in organisations():
        organisation = add_organisation(body.name, body.code, body.aliases)
        set_category(organisation, year, categories[body.category])
        for one in people_of(body, SEED):
            person = add_person(
                one.given,
                one.family,
                one.email,
                organisation,
                title=one.title,
                language=one.language,
            )
            people.append(person)
            if one.lead and body.code != "BR":
                set_lead(organisation, year, person)
    db.session.flush()
    return people


def _invite(meeting: Meeting, person: Person, at: dt.datetime) -> Registration:
    place = db.session.scalars(
        sa.select(Affiliation).where(Affiliation.person_id == person.id).limit(1)
    ).one()
    return invitations.invite(meeting, person, place.organisation, at, title=place.title)


def _yes(
    registration: Registration, at: dt.datetime, lunch: bool | None, mode: str = "on_site"
) -> None:
    person = registration.person
    reply = Reply(person.given, person.family, person.email, registration.title, "", lunch, mode)
    replies.register(registration, reply, at, audit.participant(person.id))


def _work_meeting(meeting: Meeting, people: list[Person]) -> None:
    """Registration has closed: most come, some have declined, a few never answered."""
    opened = years.phase(meeting, "registration").opens_at + MORNING
    chance = random.Random(SEED)
    for number, person in enumerate(people):
        registration = _invite(meeting, person, opened)
        answer = chance.random()
        if answer < 0.82:
            at = opened + (1 + number % 20) * DAY + number % 7 * HOUR
            _yes(registration, at, lunch=number % 7 != 0)
            if number % 6 == 0:
                diet, access = NEEDS[number // 6 % len(NEEDS)]
                needs.state(registration, diet, access, CONSENT, at)
        elif answer < 0.92:
            replies.decline(registration, "krock", opened + 2 * DAY, audit.participant(person.id))
    db.session.flush()


def _direction_meeting(
    meeting: Meeting, people: list[Person], now: dt.datetime, coordinator: audit.Actor
) -> None:
    """Registration is open: leads are invited, half have answered, some of them to join online."""
    opened = years.phase(meeting, "registration").opens_at + MORNING
    both = {"on_site": AttendanceTerms(), "online": AttendanceTerms()}
    attendance_terms.change(meeting, both, opened)
    joining.change(meeting, JOINING, opened, audit.SYSTEM)
    leads = [person for number, person in enumerate(people) if number % 2 == 0]
    for number, person in enumerate(leads):
        registration = _invite(meeting, person, opened)
        if number % 5 in (1, 3):
            mode = "online" if number % 20 == 3 else "on_site"
            _yes(registration, min(opened + number % 6 * DAY, now), lunch=None, mode=mode)
        elif number % 10 == 5:
            replies.decline(registration, "", min(opened + DAY, now), audit.participant(person.id))
    second_thoughts.play(meeting, opened, now, coordinator)


def _prepare(meeting: Meeting, now: dt.datetime) -> int:
    """Everyone who comes may write in the answer to what prepares the working meeting.

    Ten organisations have submitted their initiatives, some have begun.
    """
    opened = years.phase(meeting, "preparation").opens_at + MORNING
    questionnaire = published.one(meeting, PREPARING)
    writers: dict[str, Member] = {}
    coming = (
        sa.select(Registration)
        .where(Registration.meeting_id == meeting.id, Registration.state == "registered")
        .order_by(Registration.id)
    )
    for registration in db.session.scalars(coming):
        member = membership.join(
            questionnaire, registration.person, registration.organisation, opened
        )
        writers.setdefault(registration.organisation.code, member)
    for number, sample in enumerate(INITIATIVES):
        writer = writers.pop(sample.code, None) or _anyone_of(sample.code, questionnaire, opened)
        _write(writer, sample, min(opened + number // 2 * DAY + number % 2 * HOUR, now))
    begun = {"forberett": Change("Strateger och chefer", 0)}
    for member in list(writers.values())[:8]:
        answers.save(_place(member, ""), begun, member.person, min(opened + DAY, now))
    return len(INITIATIVES)


def _anyone_of(code: str, questionnaire: Questionnaire, opened: dt.datetime) -> Member:
    """A writer for an organisation from which nobody comes.

    A registration is not needed to write.
    """
    place = db.session.scalars(
        sa.select(Affiliation).join(Organisation).where(Organisation.code == code).limit(1)
    ).one()
    return membership.join(questionnaire, place.person, place.organisation, opened)


def _place(member: Member, ending: str) -> Item:
    """The root (no ending) or the theme page of the answer."""
    wanted = Item.group_key.endswith(f"/{ending}") if ending else Item.group_key == ""
    return db.session.scalars(
        sa.select(Item).where(Item.submission_id == member.submission_id, wanted)
    ).one()


def _write(member: Member, sample: Sample, at: dt.datetime) -> None:
    """Writes one organisation's answer and submits it."""
    dice = prose.dice_of(sample.title)
    structures: dict[str, Value] = {
        "skapa": prose.told(sample.create, dice),
        "bryta": prose.told(sample.breaks, dice),
        "behalla": prose.told(sample.keep, dice),
        "glapp": prose.told(dice.choice(prose.MISSING), dice),
        "hur_langt": dice.choice(initiatives.FAR),
    }
    organisation: dict[str, Value] = {
        "forberett": "Strateger och chefer",
        "forankrat": dice.choice(initiatives.STANDS_BEHIND),
        "anvander_strategin": dice.choice(initiatives.USES),
    }
    for item, texts in (
        (_place(member, ""), organisation),
        (_card(member, sample, at), _card_texts(sample, dice)),
        (_place(member, sample.theme), structures),
    ):
        # What came along from the year before is the first version.
        rows = db.session.execute(
            sa.select(Answer.question_key, Answer.version).where(Answer.item_id == item.id)
        )
        known = {row.question_key: row.version for row in rows}
        changes = {key: Change(value, known.get(key, 0)) for key, value in texts.items()}
        answers.save(item, changes, member.person, at)
    submission.submit(member, at)


def _card_texts(sample: Sample, dice: random.Random) -> dict[str, Value]:
    texts: dict[str, Value] = {
        "titel": sample.title,
        "typ": sample.kind,
        "tema": [sample.theme],
        "insatsomrade": [sample.area],
        "status": "pagar",
        "mal": prose.told(sample.goal, dice, 600),
        "svart": prose.told(sample.difficult, dice),
        "framgang": prose.told(sample.success, dice),
        "period": "2024–",
        "aktorer": list(sample.partners),
    }
    return {**texts, **FURTHER.get(sample.code, {})}


def _card(member: Member, sample: Sample, at: dt.datetime) -> Item:
    """The initiative's card.

    One from the year before has changed, and another of the organisation's has ended; else a new
    one.
    """
    earlier = carry_over.before(member.submission)
    known = {each.title: each.public_id for each in earlier.items} if earlier else {}
    if sample.title not in known:
        return items.add(member.submission, "initiativ", at)
    for title, public_id in known.items():
        if title != sample.title:
            carry_over.carry(member.submission, public_id, "ended", member.person, at)
    return carry_over.carry(member.submission, known[sample.title], "changed", member.person, at)
