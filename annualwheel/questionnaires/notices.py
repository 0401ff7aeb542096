"""The mails about preparing: what they say and the link they carry."""
from __future__ import annotations

import datetime as dt
from typing import Any

from annualwheel import dates, names, outbox
from annualwheel.links import Target
from annualwheel.models import Member, Person, SubmissionVersion
from annualwheel.outbox import Recipient
from annualwheel.questionnaires import deadline, drafts, path, published
from annualwheel.questionnaires.definition import Part
from annualwheel.questionnaires.path import SectionState


def links(member: Member) -> dict[str, Target]:
    """The link that lets the member in, as every mail about preparing carries it."""
    return {"preparation": Target("member", member.public_id, member.link_version)}


def preparation_facts(member: Member, language: str) -> dict[str, object]:
    """The facts of the mail *preparation*, in the recipient's language."""
    definition = published.definition_of(member.submission.questionnaire)
    return {**_common(member, language), "minutes": definition.minutes,
            "sections": [part_title(part, language) for part in definition.parts()]}


def reminder_facts(member: Member, language: str) -> dict[str, object]:
    """The facts of the mail *preparation_reminder*: the sections that are not done. Reads the draft's progress for its own member."""
    definition = published.definition_of(member.submission.questionnaire)
    filled = drafts.load(member.submission).filled
    return {**_common(member, language), "missing": [
        part_title(part, language) for part in definition.parts()
        if path.section_state(definition, part.section, filled, part.theme.key if part.theme else None) is not SectionState.DONE]}


def part_title(part: Part, language: str) -> str:
    """What a page is called: its section and, when it is repeated, the theme."""
    title = part.section.title.to(language)
    return f"{title}: {part.theme.label.to(language)}" if part.theme else title


def send_receipts(version: SubmissionVersion, by: Person, now: dt.datetime) -> None:
    """Queues the receipt to everyone who may write in the answer, once for each submitted version."""
    for member in version.submission.members:
        to = Recipient.of(member.person)
        facts = {**_common(member, to.language), "submitted_at": dates.day_time(version.at, to.language), "by": by.name,
                 "summary": summary(version.content, to.language)}
        outbox.put(f"receipt:{version.submission.public_id}:{version.number}:{member.public_id}", "receipt", to, facts,
                   links(member), now)


def summary(content: dict[str, Any], language: str) -> list[str]:
    """A line for each part of a submitted answer with anything in it; items by their titles."""
    lines = []
    for section in content["sections"]:
        title = section["title"][language] + (f": {section['theme']['label'][language]}" if section["theme"] else "")
        group = section["group"] or {"items": [], "none": False}
        titles = ", ".join(item["title"] for item in group["items"])
        if titles:
            lines.append(f"{title}: {titles}")
        elif group["none"] or any(answer["value"] not in (None, []) for answer in section["answers"]):
            lines.append(title)
    return lines


def _common(member: Member, language: str) -> dict[str, object]:
    submission = member.submission
    meeting = submission.questionnaire.meeting
    return {"given": member.person.given, "organisation": submission.organisation.name,
            "meeting": names.meeting(meeting.kind, language), "short_day": dates.day_month(meeting.starts_at, language),
            "closes": dates.day(deadline.closes_at(submission), language),
            "personal": submission.questionnaire.respondent == "person"}
