"""The columns of the lists.

They come from the published definitions and never from the answers, so an option that is removed,
or that nobody chose, shifts no column.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from annualwheel.questionnaires import path, published
from annualwheel.questionnaires.content import AnswerContent, CodeBookQuestion, YearSpan
from annualwheel.workshop.sheets import Column

NARROW = 17.0
WIDTHS = {"long_text": 60.0, "text": 30.0, "url": 30.0, "choices": 30.0}


def code_book(digests: list[str]) -> list[CodeBookQuestion]:
    """Everything the definitions ask, in order, each question once.

    A later version's options are added to an earlier one's.
    """
    merged: dict[str, CodeBookQuestion] = {}
    for digest in digests:
        for question in path.code_book(published.by_digest(digest)):
            known = merged.setdefault(question.key, question)
            # Options that a correction removed keep their columns: older versions have them.
            have = {option.key for option in known.options}
            added = tuple(option for option in question.options if option.key not in have)
            merged[question.key] = replace(known, options=known.options + added)
    return list(merged.values())


def code_books(digests: list[str]) -> dict[str, list[CodeBookQuestion]]:
    """The code book of each questionnaire, by its key: two may use the same key for a question."""
    by_key: dict[str, list[str]] = {}
    for digest in digests:
        by_key.setdefault(published.by_digest(digest).key, []).append(digest)
    return {key: code_book(several) for key, several in by_key.items()}


def readable(answer: AnswerContent, language: str) -> str:
    """An answer as people read it.

    Labels are joined by semicolons, years are written as a span, and texts as they are.
    """
    value = answer.value
    if answer.chosen is not None:
        return "; ".join(answer.labels(language))
    if isinstance(value, YearSpan):
        return _span(value)
    return "" if value is None else str(value)


def _span(years: YearSpan) -> str:
    ends = (years.begins, years.ends)
    if not any(ends):
        return ""
    return "–".join("" if year is None else str(year) for year in ends)


class AnswerColumns:
    """The columns of a list with one row an item.

    One readable for each question, and for a choice a 1/0 column for each option.
    """

    def __init__(self, questions: Iterable[CodeBookQuestion], language: str) -> None:
        self.questions, self.language = list(questions), language

    def columns(self) -> list[Column]:
        """The columns. The 1/0 ones are grouped and folded away next to the readable one.

        Headings are unique.
        """
        found: list[Column] = []
        for question in self.questions:
            label, kind = question.label.to(self.language), question.type
            found.append(Column(label, WIDTHS.get(kind, 18.0), wrap=kind == "long_text"))
            for option in question.options:
                heading = f"{label} {option.label.to(self.language)}"
                found.append(Column(heading, 12, grouped=True))
        return found

    def values(self, given: Mapping[str, AnswerContent]) -> list[object]:
        """One row's values.

        A question that was not asked leaves its cells empty, which is not the same as 0.
        """
        row: list[object] = []
        for question in self.questions:
            answer, options = given.get(question.key), question.options
            # The question was hidden: a 0 would say that somebody saw the option and left it.
            if not answer:
                row += [None] * (1 + len(options))
                continue
            chosen = {option.key for option in answer.chosen or ()}
            row.append(self._value(question, answer))
            row += [1 if option.key in chosen else 0 for option in options]
        return row

    def _value(self, question: CodeBookQuestion, answer: AnswerContent) -> object:
        # Real dates and numbers, so that Excel sorts and filters them as such.
        if question.type == "date":
            return _day(answer.value) or readable(answer, self.language)
        return answer.value if question.type == "number" else readable(answer, self.language)


def _day(value: object) -> dt.date | None:
    """The day an answer names.

    None for one that was given while the question had another type: the text is shown as it is.
    """
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def wide_enough(headings: Iterable[str]) -> float:
    """A width in which no word of the headings is broken."""
    words = (word for heading in headings for word in heading.split())
    return max([NARROW, *(1.1 * len(word) + 1 for word in words)])


def whole_width(texts: Iterable[str]) -> float:
    """A width in which each of the texts fits on one line, unless it is very long."""
    return min(60.0, max([34.0, *(len(text) + 1.0 for text in texts)]))
