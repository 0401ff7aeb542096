"""Reading the submitted answers on screen: by organisation and by question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annualwheel.models import Meeting
from annualwheel.workshop import submitted
from annualwheel.workshop.columns import code_book, readable
from annualwheel.workshop.submitted import Respondent, Submitted

PAGE = 50


@dataclass(frozen=True)
class Passage:
    """One answer with where it came from. `about` is the theme or the initiative it concerns."""

    by: Respondent
    about: str
    text: str


@dataclass(frozen=True)
class Leaf:
    """One page of the answers to a question: what respondents number `first` to `last` of
    `everyone` have answered.
    """

    passages: list[Passage]
    number: int
    pages: int
    first: int
    last: int
    everyone: int


def questions(meeting: Meeting) -> list[dict[str, Any]]:
    """Everything that was asked, in order, with labels."""
    return code_book(submitted.digests(meeting))


def by_question(meeting: Meeting, key: str, language: str, wanted: int = 1) -> Leaf:
    """A page of the answers to one question, organisation after organisation, `PAGE` respondents at
    a time: in as many queries however many there are. A page that is not there is the nearest one
    that is.
    """
    everyone = submitted.respondents(meeting)
    pages = max(1, -(-len(everyone) // PAGE))
    number = min(max(wanted, 1), pages)
    chosen = everyone[(number - 1) * PAGE : number * PAGE]
    found = [
        passage
        for answer in submitted.stream(chosen)
        for passage in _passages(answer, key, language)
    ]
    return Leaf(
        found,
        number,
        pages,
        (number - 1) * PAGE + 1,
        (number - 1) * PAGE + len(chosen),
        len(everyone),
    )


def neighbours(
    chosen: list[Respondent], public_id: str
) -> tuple[Respondent | None, Respondent | None]:
    """The respondents before and after, for *Föregående* and *Nästa*."""
    place = next(number for number, each in enumerate(chosen) if each.public_id == public_id)
    return (chosen[place - 1] if place else None), (
        chosen[place + 1] if place + 1 < len(chosen) else None
    )


def sections(answer: Submitted, language: str) -> list[dict[str, Any]]:
    """One respondent's answer as the page shows it: labels, readable texts, nothing that was left
    empty.
    """
    labels = {question["key"]: question["label"][language] for question in answer.questions}

    def rows(given: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [
            (labels[each["question"]], text) for each in given if (text := readable(each, language))
        ]

    return [
        {
            "title": section["title"][language],
            "theme": section["theme"]["label"][language] if section["theme"] else "",
            "rows": rows(section["answers"]),
            "none": bool(section["group"] and section["group"]["none"]),
            "ended": [
                item["title"] for item in (section["group"]["ended"] if section["group"] else ())
            ],
            "items": [
                {"title": item["title"], "rows": rows(item["answers"])}
                for item in (section["group"]["items"] if section["group"] else ())
            ],
        }
        for section in answer.sections
    ]


def _passages(answer: Submitted, key: str, language: str) -> Iterator[Passage]:
    for section in answer.sections:
        theme = section["theme"]["label"][language] if section["theme"] else ""
        yield from (
            Passage(answer.by, theme, text) for text in _texts(section["answers"], key, language)
        )
        for item in section["group"]["items"] if section["group"] else ():
            yield from (
                Passage(answer.by, item["title"], text)
                for text in _texts(item["answers"], key, language)
            )


def _texts(given: list[dict[str, Any]], key: str, language: str) -> list[str]:
    return [
        text for each in given if each["question"] == key and (text := readable(each, language))
    ]
