"""Reading the submitted answers on screen: by organisation and by question."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annualwheel.models import Meeting
from annualwheel.workshop import submitted
from annualwheel.workshop.columns import code_book, readable
from annualwheel.workshop.submitted import Respondent, Submitted


@dataclass(frozen=True)
class Passage:
    """One answer with where it came from. `about` is the theme or the initiative it concerns."""

    by: Respondent
    about: str
    text: str


def questions(meeting: Meeting, language: str) -> list[dict[str, Any]]:
    """Everything that was asked, in order, with labels."""
    return code_book(submitted.digests(meeting), language)


def by_question(meeting: Meeting, key: str, language: str) -> list[Passage]:
    """All answers to one question, organisation after organisation."""
    found: list[Passage] = []
    for answer in submitted.stream(submitted.respondents(meeting)):
        for section in answer.sections:
            theme = section["theme"]["label"][language] if section["theme"] else ""
            found.extend(Passage(answer.by, theme, text) for text in _texts(section["answers"], key, language))
            for item in section["group"]["items"] if section["group"] else ():
                found.extend(Passage(answer.by, item["title"], text) for text in _texts(item["answers"], key, language))
    return found


def neighbours(chosen: list[Respondent], public_id: str) -> tuple[Respondent | None, Respondent | None]:
    """The respondents before and after, for *Föregående* and *Nästa*."""
    place = next(number for number, each in enumerate(chosen) if each.public_id == public_id)
    return (chosen[place - 1] if place else None), (chosen[place + 1] if place + 1 < len(chosen) else None)


def sections(answer: Submitted, language: str) -> list[dict[str, Any]]:
    """One respondent's answer as the page shows it: labels, readable texts, nothing that was left empty."""
    labels = {question["key"]: question["label"][language] for question in answer.questions}

    def rows(given: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [(labels[each["question"]], text) for each in given if (text := readable(each, language))]

    return [{"title": section["title"][language], "theme": section["theme"]["label"][language] if section["theme"] else "",
             "rows": rows(section["answers"]), "none": bool(section["group"] and section["group"]["none"]),
             "ended": [item["title"] for item in (section["group"]["ended"] if section["group"] else ())],
             "items": [{"title": item["title"], "rows": rows(item["answers"])}
                       for item in (section["group"]["items"] if section["group"] else ())]}
            for section in answer.sections]


def _texts(given: list[dict[str, Any]], key: str, language: str) -> list[str]:
    return [text for each in given if each["question"] == key and (text := readable(each, language))]
