"""What a mail says of a person's links: a line for each, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence

from annualwheel.access.links import Target
from annualwheel.access.personal_links import Link
from annualwheel.questionnaires import published
from annualwheel.wording import names

PREPARATION = {"sv": "Förberedelsen inför ", "en": "Preparation for "}


def listed(found: Sequence[Link], language: str) -> tuple[list[dict[str, str]], dict[str, Target]]:
    """The links as a mail lists them: a fact and targets.

    The fact is `people`, and the targets are `landing_1`, `landing_2`, …
    """
    people = [{"name": link.person.name, "what": _what(link, language)} for link in found]
    targets = {f"landing_{number}": link.target for number, link in enumerate(found, 1)}
    return people, targets


def _what(link: Link, language: str) -> str:
    """What the link opens: the meeting, or the answer to a questionnaire of it."""
    return f"{_opens(link, language)}, {link.organisation.name}"


def _opens(link: Link, language: str) -> str:
    answer = link.submission
    if answer is None:
        return names.title(link.meeting.kind, language)
    name = published.name_of(answer)
    if name:
        return name.to(language)
    return f"{PREPARATION[language]}{names.meeting(link.meeting.kind, language)}"
