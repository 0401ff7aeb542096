"""The mails about preparing: what they say and the link they carry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from annualwheel.access.links import Target
from annualwheel.contacts import budgets
from annualwheel.contacts.states import WITH_US, is_with_us
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Member, Message, Person, Submission, SubmissionVersion
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.preparation import deadline, drafts
from annualwheel.questionnaires import content, effort, opening, path, published
from annualwheel.questionnaires.content import SectionContent
from annualwheel.questionnaires.definition import Definition, Part
from annualwheel.questionnaires.path import Filled, SectionState
from annualwheel.wording import dates, names

# Built once. With removed items and replaced texts: whoever wrote them has worked on this answer
# too.
_ITEMS = sa.select(Item.id).where(Item.submission_id == sa.bindparam("submission"))
_WROTE = sa.union(
    sa.select(Answer.author_id).where(Answer.item_id.in_(_ITEMS)),
    sa.select(AnswerHistory.author_id).where(AnswerHistory.item_id.in_(_ITEMS)),
)
_CONCERNED = (
    sa.select(Person)
    .where(
        sa.or_(
            Person.id.in_(sa.bindparam("also", expanding=True)),
            Person.id.in_(sa.select(_WROTE.subquery())),
        ),
        WITH_US,
    )
    .order_by(Person.id)
)


def links(member: Member) -> dict[str, Target]:
    """The link that lets the member in, as every mail about preparing carries it."""
    return {"preparation": Target("member", member.public_id, member.link_version)}


def preparation_facts(member: Member, language: str) -> dict[str, object]:
    """The facts of the mail *preparation*, in the recipient's language."""
    definition = published.asked_of(member.submission)
    return {
        **_common(member.submission, member.person, language),
        **_when(member.submission),
        "minutes": effort.minutes(definition),
        "sections": [part_title(part, language) for part in definition.parts()],
        **_lead(member.submission),
        **_material(member.submission, definition, language),
    }


def _material(submission: Submission, asked: Definition, language: str) -> dict[str, object]:
    """What is to be read first and where; nothing while nobody has said where it is."""
    address = submission.questionnaire.meeting.material_url
    if asked.material is None or not address:
        return {}
    return {"material": asked.material.to(language), "material_url": address}


def reminder_facts(member: Member, language: str) -> dict[str, object]:
    """The facts of the mail *preparation_reminder*: the sections that are not done.

    Reads the draft's progress for its own member.
    """
    submission = member.submission
    definition = published.asked_of(submission)
    filled = drafts.load(submission).filled
    undone = [part for part in definition.parts() if not _is_done(definition, part, filled)]
    return {
        **_common(submission, member.person, language),
        **_when(submission),
        **left(submission, undone, language),
        **_material(submission, definition, language),
    }


def left(submission: Submission, parts: Sequence[Part], language: str) -> dict[str, object]:
    """What a reminder says of the parts that are not done.

    `needed` are those that nothing can be submitted without.
    """
    # A group needs an item or the tick that there is none; other sections may be left empty.
    needed = [part_title(part, language) for part in parts if part.section.group]
    return {
        "last_day": dates.day_month(deadline.closes_at(submission), language),
        "missing": [part_title(part, language) for part in parts],
        "needed": needed,
    }


def part_title(part: Part, language: str) -> str:
    """What a page is called: its section and, when it is repeated, the theme."""
    title = part.section.title.to(language)
    return f"{title}: {part.theme.label.to(language)}" if part.theme else title


def send_receipts(version: SubmissionVersion, now: dt.datetime) -> None:
    """Queues the receipt of a submitted version.

    It goes to everyone who wrote in the answer, to the one who submitted it and to its lead. Each
    person gets one. Whoever wrote and has no access any more (a substitute has taken over) gets it
    without a link. Others than the one who submitted are left out once they have had all the mail
    that others may cause to them: a submission is never refused for it, and its page says who got
    the receipt.
    """
    submission = version.submission
    sections = content.read(version.content).sections
    # Of several memberships of one person the last one wins here: that of the whole answer.
    members = sorted(submission.members, key=lambda member: not member.scope)
    let_in = {member.person_id: member for member in members}
    for person in _concerned(version):
        if not _gets_receipt(person, version, now):
            continue
        to, member = Recipient.of(person), let_in.get(person.id)
        facts = {
            **_common(submission, person, to.language),
            "submitted_at": dates.day_time(version.at, to.language),
            "by": version.by.name,
            "summary": summary(sections, to.language),
            "again": "yes" if version.number > 1 else "",
        }
        # The key is unique, so the database refuses a second receipt of one version to one person.
        key = f"{_receipt_key(version)}{person.public_id}"
        meeting_id = submission.questionnaire.meeting_id
        if member:
            outbox.put(key, "receipt", to, facts, links(member), now, meeting_id=meeting_id)
        else:
            outbox.put(key, "receipt_copy", to, facts, {}, now, meeting_id=meeting_id)


def _gets_receipt(person: Person, version: SubmissionVersion, now: dt.datetime) -> bool:
    if person.id == version.by_id and not person.address_unproven:
        return True
    by = budgets.cause(version.by, version.submission.organisation, "")
    return budgets.may_reach(by, person.email, now)


def receipts_of(version: SubmissionVersion) -> list[str]:
    """The names of those who were sent the receipt of this version.

    In the order it was written to them.
    """
    receipts = outbox.begins(_receipt_key(version))
    return list(db.session.scalars(sa.select(Message.name).where(receipts).order_by(Message.id)))


def tell_change(
    kind: str,
    cause: str,
    submission: Submission,
    members: Iterable[Member],
    now: dt.datetime,
    **facts: object,
) -> None:
    """Queues the mail *change_granted* or *change_refused* to each of `members` who is active.

    `cause` names what it is about.
    """
    active = {member.person_id: member for member in members if is_with_us(member.person)}
    for member in active.values():
        to = Recipient.of(member.person)
        every_fact = {
            **_common(submission, member.person, to.language),
            **_when(submission),
            "submitted": submission.submitted_at is not None,
            **facts,
        }
        key = f"{kind}:{cause}:{member.person.public_id}"
        meeting_id = submission.questionnaire.meeting_id
        outbox.put(key, kind, to, every_fact, links(member), now, meeting_id=meeting_id)


def summary(sections: Iterable[SectionContent], language: str) -> list[str]:
    """A line for each part of a submitted answer with anything in it; items by their titles."""
    lines = []
    for section in sections:
        title = section.title.to(language)
        if section.theme:
            title += f": {section.theme_label(language)}"
        titles = ", ".join(item.title for item in section.items)
        if titles:
            lines.append(f"{title}: {titles}")
        elif _has_answer(section):
            lines.append(title)
    return lines


def _has_answer(section: SectionContent) -> bool:
    """Whether anything is said in a submitted part, apart from the items of its group."""
    if section.none or section.ended:
        return True
    return not all(answer.is_blank for answer in section.answers)


def _is_done(definition: Definition, part: Part, filled: Filled) -> bool:
    theme = part.theme.key if part.theme else None
    return path.section_state(definition, part.section, filled, theme) is SectionState.DONE


def _receipt_key(version: SubmissionVersion) -> str:
    return f"receipt:{version.submission.public_id}:{version.number}:"


def _concerned(version: SubmissionVersion) -> Sequence[Person]:
    """Those who get the receipt.

    The authors of present and replaced texts, the one who submitted and the lead; nobody who is
    inactive.
    """
    submission = version.submission
    leads = [member.person_id for member in submission.members if member.role == "lead"]
    also = {"submission": submission.id, "also": [version.by_id, *leads]}
    return db.session.scalars(_CONCERNED, also).all()


def _common(submission: Submission, person: Person, language: str) -> dict[str, object]:
    meeting = submission.questionnaire.meeting
    return {
        "given": person.given,
        "organisation": submission.organisation.name,
        "meeting": names.meeting(meeting.kind, language),
        "short_day": dates.day_month(meeting.starts_at, language),
        "closes": dates.day(deadline.closes_at(submission), language),
        "personal": submission.questionnaire.respondent == "person",
        **_which(submission, language),
    }


def _which(submission: Submission, language: str) -> dict[str, object]:
    """Which questionnaire a mail is about, where that must be said."""
    name = published.name_of(submission)
    return {"asked": name.to(language)} if name else {}


def _lead(submission: Submission) -> dict[str, object]:
    """Who holds the answer together, where somebody does."""
    leads = [member.person.name for member in submission.members if member.role == "lead"]
    return {"lead": leads[0]} if leads else {}


def _when(submission: Submission) -> dict[str, object]:
    """Whether a mail is about what is asked after the meeting."""
    return {} if opening.prepares(submission.questionnaire) else {"after": True}
