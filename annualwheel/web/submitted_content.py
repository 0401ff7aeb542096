"""What was submitted, as text to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _


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


def of_content(content: Mapping[str, Any], language: str) -> list[Block]:
    """A submitted version to read; it carries its own labels."""
    labels = {question["key"]: question["label"][language] for question in content["questions"]}
    return [_submitted_block(section, labels, language) for section in content["sections"]]


def _submitted_block(section: Mapping[str, Any], labels: Mapping[str, str], language: str) -> Block:
    group = section["group"] or {"items": [], "ended": [], "none": False}
    cards = [
        Block(item["title"], "", "", _submitted(item["answers"], labels, language), [])
        for item in group["items"]
    ]
    ended = [item["title"] for item in group["ended"]]
    return Block(
        title=section["title"][language],
        about=section["theme"]["label"][language] if section["theme"] else "",
        url="",
        lines=_submitted(section["answers"], labels, language) + ended_line(ended),
        cards=cards,
        none=_("Inga att berätta om") if group["none"] else "",
    )


def _submitted(
    answers: list[dict[str, Any]], labels: Mapping[str, str], language: str
) -> list[Line]:
    """The answers but for the free texts beside a choice that nobody has written in."""
    return [
        Line(labels[answer["question"]], _written(answer, language))
        for answer in answers
        if answer["value"] not in (None, []) or not answer["question"].endswith("_other")
    ]


def ended_line(titles: list[str]) -> list[Line]:
    """The initiatives of the year before that have come to an end, as one line."""
    if not titles:
        return []
    return [Line(_("Avslutat sedan förra året"), ", ".join(titles))]


def _written(answer: Mapping[str, Any], language: str) -> str:
    value = answer["value"]
    if "chosen" in answer:
        return ", ".join(str(option["label"][language]) for option in answer["chosen"])
    if isinstance(value, dict):
        return _period(value["from"], value["to"])
    return "" if value is None else str(value)


def _period(begins: object, ends: object) -> str:
    """ "2026–2028", "2026–" for one without an end, "2026" for one that is over the same year."""
    if begins == ends:
        return str(begins)
    return f"{begins}–{'' if ends is None else ends}"
