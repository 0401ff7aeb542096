"""What was submitted, as text to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from annualwheel.questionnaires import content
from annualwheel.questionnaires.content import AnswerContent, SectionContent, YearSpan
from annualwheel.questionnaires.definition import OTHER_SUFFIX


@dataclass(frozen=True)
class Line:
    """A question with what was answered, "" when nothing was."""

    label: str
    text: str


@dataclass(frozen=True)
class Block:
    """A section, a theme or an item of the answer, to read."""

    title: str
    about: str
    url: str
    lines: list[Line]
    cards: list[Block]
    none: str = ""


def of_content(stored: Mapping[str, Any], language: str) -> list[Block]:
    """A stored version to read. It carries its own labels."""
    said = content.read(stored)
    labels = {question.key: question.label.to(language) for question in said.questions}
    return [_submitted_block(section, labels, language) for section in said.sections]


def _submitted_block(section: SectionContent, labels: Mapping[str, str], language: str) -> Block:
    cards = [
        Block(item.title, "", "", _submitted(item.answers, labels, language), [])
        for item in section.items
    ]
    ended = [item.title for item in section.ended]
    return Block(
        title=section.title.to(language),
        about=section.theme_label(language),
        url="",
        lines=_submitted(section.answers, labels, language) + ended_line(ended),
        cards=cards,
        none=_("Inga att berätta om") if section.none else "",
    )


def _submitted(
    answers: Iterable[AnswerContent], labels: Mapping[str, str], language: str
) -> list[Line]:
    """The answers, without empty free texts of an option."""
    return [
        Line(labels[answer.question], _written(answer, language))
        for answer in answers
        if not answer.is_blank or not answer.question.endswith(OTHER_SUFFIX)
    ]


def ended_line(titles: list[str]) -> list[Line]:
    """The initiatives of the year before that have ended, as one line."""
    if not titles:
        return []
    return [Line(_("Avslutat sedan förra året"), ", ".join(titles))]


def _written(answer: AnswerContent, language: str) -> str:
    value = answer.value
    if answer.chosen is not None:
        return ", ".join(answer.labels(language))
    if isinstance(value, YearSpan):
        return value.span
    return "" if value is None else str(value)
