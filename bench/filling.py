"""What stands in the databases before it is measured: a year with all that belongs to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.accounts import staff
from annualwheel.clock import STOCKHOLM, SystemClock, local
from annualwheel.contacts import folding
from annualwheel.contacts.people import add_person, new_person
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.meetings import planning
from annualwheel.meetings.changes import Appointment
from annualwheel.models import (
    Affiliation,
    Meeting,
    Member,
    Message,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Staff,
    StaffLink,
    Submission,
    SubmissionVersion,
    Year,
)
from annualwheel.models.drafts import Answer, Item
from annualwheel.preparation import membership, projection
from annualwheel.questionnaires import content, path, published, reading
from annualwheel.questionnaires.definition import (
    Definition,
    Group,
    Option,
    Question,
    QuestionType,
    Section,
    Text,
)
from annualwheel.questionnaires.path import Filled, FilledItem
from annualwheel.services import services
from annualwheel.wording.collation import swedish

DAY = dt.timedelta(days=1)
AREAS = ("livsvillkor", "kompetens", "platser", "konkurrenskraft")
THEMES = (
    ("arbete", "Hur får fler ett arbete?", "How do more people get work?"),
    ("energi", "Hur klarar vi energin?", "How do we manage energy?"),
)
# As in a year that runs: the first meeting is being prepared, the second has its registration open.
PHASES = {
    "work": {"registration": (-67, -35), "change": (-67, -3), "preparation": (-34, -5)},
    "direction": {"registration": (-61, -21), "change": (-61, -3), "preparation": (-20, -7)},
}
GIVEN = ("Alva", "Göran", "Khadija", "Örjan", "Zara", "Elsa-Britt", "Nils", "Åsa")
FAMILY = (
    "Provsson",
    "Exempelgren",
    "Låtsasdotter",
    "Ängprov",
    "Påhittsson",
    "von Exempel",
    "Testberg",
)
TEXT = (
    "Vi har arbetat över gränserna mellan skola, vård och näringsliv, och det har tagit längre "
    "tid än vi trodde. "
    "Det som fungerade var att samma personer höll i frågan hela vägen. "
)
BY_STATE = ("invited", *["registered"] * 3, "declined", "withdrawn", "registered", "invited")


def plan() -> Year:
    """The year with its three meetings, and its themes."""
    now, by = SystemClock().now(), audit.SYSTEM
    year = planning.create_year(
        local(now).year,
        {
            kind: Appointment(
                *(
                    dt.datetime.combine(local(now).date() + days * DAY, dt.time(hour), STOCKHOLM)
                    for hour in (9, 16)
                ),
                "Exempelsalen",
                "Exempelgatan 1, Karlstad",
            )
            for kind, days in (("work", 24), ("direction", 52), ("conference", 245))
        },
        now - 90 * DAY,
        by,
    )
    for theme in THEMES:
        years.add_theme(year, *theme)
    db.session.flush()
    db.session.refresh(year)
    for meeting in year.meetings:
        planning.set_phases(meeting, PHASES.get(meeting.kind, {}), now - 90 * DAY, by)
    return year


def publish(year: Year, definitions: Iterable[Definition] = ()) -> None:
    """Publishes the questionnaires given, or those of forms/ that prepare a meeting."""
    every = reading.read_all(services().settings.forms_folder)
    for definition in definitions or (one for one in every if one.timing == "before"):
        published.publish(
            meeting_of(year, definition.meeting_kind),
            definition,
            SystemClock().now() - 40 * DAY,
            audit.SYSTEM,
        )


def meeting_of(year: Year, kind: str) -> Meeting:
    """The year's meeting of that kind."""
    return next(meeting for meeting in year.meetings if meeting.kind == kind)


def organisations(count: int, first: int = 0) -> list[Organisation]:
    """New organisations, as the list of contacts would bring them."""
    names = [f"Provorganisationen nummer {number}" for number in range(first, first + count)]
    made = [
        Organisation(
            code=f"P{first + number}",
            name=name,
            folded=folding.fold(name),
            sort_name=swedish(name)[0],
        )
        for number, name in enumerate(names)
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def people(count: int, places: Sequence[Organisation], first: int = 0) -> list[Person]:
    """New people, numbered from `first`, spread over the organisations."""
    made = []
    for number in range(first, first + count):
        given, family = GIVEN[number % len(GIVEN)], f"{FAMILY[number % len(FAMILY)]} {number}"
        person = new_person(
            given, family, f"person{number}@p{number % len(places)}.example.org", source="bench"
        )
        db.session.add(
            Affiliation(person=person, organisation=places[number % len(places)], title="strateg")
        )
        made.append(person)
    db.session.flush()
    return made


def invited(meeting: Meeting, count: int) -> list[Registration]:
    """That many people with an invitation, the mail of which has been sent."""
    return registrations(meeting, people(count, organisations(max(1, count // 4))), ("invited",))


def registrations(
    meeting: Meeting, chosen: Sequence[Person], states: Sequence[str]
) -> list[Registration]:
    """A registration for each person, in one state after another, each with its sent invitation."""
    now = SystemClock().now()
    made = [
        Registration(
            meeting=meeting,
            person=person,
            organisation=person.affiliations[0].organisation,
            title="strateg",
            state=states[number % len(states)],
            invited_at=now - 30 * DAY,
            answered_at=None if states[number % len(states)] == "invited" else now - 20 * DAY,
        )
        for number, person in enumerate(chosen)
    ]
    db.session.add_all(made)
    db.session.flush()
    db.session.add_all(
        Message(
            key=f"bench:{each.id}",
            kind="invitation",
            address=each.person.email,
            name=each.person.name,
            registration_id=each.id,
            person_id=each.person_id,
            state="sent",
            queued_at=now - 30 * DAY,
            due_at=now - 30 * DAY,
            waiting_since=now - 30 * DAY,
            sent_at=now - 30 * DAY,
        )
        for each in made
    )
    db.session.flush()
    return made


def members(questionnaire: Questionnaire, count: int, together: int = 1) -> list[Member]:
    """That many people who may write, so many `together` in the answer of each organisation."""
    now, places = SystemClock().now(), organisations(count // together)
    return [
        membership.join(
            questionnaire,
            add_person(
                "Alva", f"Provsson{number % together}", f"skribent{number}@example.org", place
            ),
            place,
            now,
        )
        for number, place in enumerate(place for place in places for _ in range(together))
    ]


def staff_link(role: str = "coordinator") -> str:
    """The public id of a new sign-in link for a member of staff with that role."""
    now = SystemClock().now()
    address = f"{role}@region.example"
    person = db.session.scalar(sa.select(Staff).where(Staff.email == address)) or staff.add(
        "Karin Exempel", address, (role,), now
    )
    link = StaffLink(staff=person, expires_at=now + DAY)
    db.session.add(link)
    db.session.flush()
    return link.public_id


def ten_questions() -> Definition:
    """A questionnaire of one page with ten questions of the usual kinds."""
    options = tuple(
        Option(f"val{number}", Text(f"Svar {number}", f"Answer {number}")) for number in range(6)
    )
    kinds = (
        [QuestionType.LONG_TEXT] * 4
        + [QuestionType.TEXT] * 3
        + [QuestionType.CHOICE, QuestionType.CHOICES, QuestionType.NUMBER]
    )
    questions = tuple(
        Question(
            f"fraga{number}",
            kind,
            Text(f"Fråga {number}?", f"Question {number}?"),
            max_length=2000 if kind in (QuestionType.LONG_TEXT, QuestionType.TEXT) else None,
            options=options if kind in (QuestionType.CHOICE, QuestionType.CHOICES) else (),
        )
        for number, kind in enumerate(kinds)
    )
    section = Section("fragor", Text("Frågor", "Questions"), 10, questions=questions)
    return Definition(
        "tio",
        "work",
        "organisation",
        Text("Tio frågor", "Ten questions"),
        Text("Svara på tio frågor.", "Answer ten questions."),
        10,
        (section,),
    )


def ten_answers(number: int) -> dict[str, str]:
    """What somebody writes in them, each time something else."""
    texts = {f"fraga{each}": f"{number}. {TEXT * 2}" for each in range(4)} | {
        f"fraga{each}": f"Kort svar {number}" for each in range(4, 7)
    }
    return texts | {
        "fraga7": f"val{number % 6}",
        "fraga8": f"val{(number + 1) % 6}",
        "fraga9": str(number),
    }


def store_answers(questionnaire: Questionnaire, count: int) -> None:
    """That many answers of others, ten to a submitted answer, with the version submitted."""
    author = people(1, organisations(1, first=90_000), first=90_000)[0].id
    for number, submission in enumerate(
        _submitted(questionnaire, count // 10, author, lambda number: Filled(_as_drafts(number)))
    ):
        item = Item(submission=submission)
        db.session.add(item)
        db.session.flush()
        db.session.execute(
            sa.insert(Answer),
            [
                {
                    "item_id": item.id,
                    "question_key": key,
                    "value": value,
                    "version": 1,
                    "author_id": author,
                    "at": submission.submitted_at,
                }
                for key, value in _as_drafts(number).items()
            ],
        )


def store_versions(questionnaire: Questionnaire, count: int, initiatives: int) -> None:
    """Submitted answers of that many organisations, each with initiatives that have everything
    filled in.
    """
    definition = published.definition_of(questionnaire)
    author = people(1, organisations(1, first=90_000), first=90_000)[0].id
    for _ in _submitted(
        questionnaire, count, author, lambda number: _filled(definition, number, initiatives)
    ):
        pass


def _submitted(
    questionnaire: Questionnaire, count: int, author: int, filled: Callable[[int], Filled]
) -> Iterator[Submission]:
    """Submitted answers of new organisations with their version, committed a hundred at a time."""
    now, definition = SystemClock().now(), published.definition_of(questionnaire)
    for start in range(0, count, 100):
        person = db.session.get_one(Person, author)
        for number, place in enumerate(
            organisations(min(100, count - start), first=100_000 + start), start
        ):
            submission = Submission(
                questionnaire=questionnaire,
                digest=questionnaire.digest,
                respondent_key=f"o{place.id}",
                organisation=place,
                state="submitted",
                changed_at=now,
                submitted_at=now,
            )
            stored = content.write(path.submittable(definition, filled(number), ()))
            version = SubmissionVersion(
                submission=submission,
                number=1,
                digest=questionnaire.digest,
                content=stored,
                by=person,
                at=now,
            )
            db.session.add_all([submission, version])
            db.session.flush()
            projection.write(version)
            yield submission
        db.session.commit()
        db.session.expunge_all()
        questionnaire = db.session.get_one(Questionnaire, questionnaire.id)


def _as_drafts(number: int) -> dict[str, Any]:
    return {
        key: [value] if key == "fraga8" else value for key, value in ten_answers(number).items()
    }


def _filled(definition: Definition, number: int, initiatives: int) -> Filled:
    root: dict[str, Any] = {}
    themes: dict[str, dict[str, Any]] = {}
    items: list[FilledItem] = []
    for part in definition.parts():
        target = themes.setdefault(part.theme.key, {}) if part.theme else root
        target.update((asked.key, _value(asked, number)) for asked in part.section.questions)
        if part.section.group:
            items += [_item(part.section.group, number, each) for each in range(initiatives)]
    return Filled(root, themes, tuple(items))


def _item(group: Group, number: int, each: int) -> FilledItem:
    values = {question.key: _value(question, number + each) for question in group.questions}
    title = {group.title_question: f"Initiativ {each} från organisation {number}"}
    return FilledItem(f"i{number}-{each}", values | title, group=group.key)


def _value(question: Question, number: int) -> str | list[str]:
    if question.source == "organisations":
        return [f"P{number}"]
    keys = [option.key for option in question.options]
    if question.type == QuestionType.CHOICE:
        return keys[number % len(keys)]
    if question.type == QuestionType.CHOICES:
        return [keys[(number + each) % len(keys)] for each in range(1 + number % 2)]
    written = {
        QuestionType.LONG_TEXT: f"{TEXT * (1 + number % 2)}({number})",
        QuestionType.NUMBER: str(number),
        QuestionType.DATE: "2027-01-14",
        QuestionType.URL: f"https://example.org/{number}",
        QuestionType.YEARS: "2024–2027",
    }
    return written.get(question.type, f"Kort svar {number}")


def queue_again(ids: Sequence[int]) -> None:
    """Puts sent mails back into the outbox, for the next round."""
    now = SystemClock().now()
    db.session.execute(
        sa.update(Message)
        .where(Message.id.in_(ids))
        .values(state="queued", due_at=now, attempts=0, lease_until=None, lease_by="", sent_at=None)
    )
    db.session.commit()
