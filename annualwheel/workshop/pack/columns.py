"""The columns of a list of initiatives.

They come from the published definitions and never from the answers, so an option that is removed,
or that nobody chose, shifts no column. The first ones are printed; the rest is to filter, to count
and to read on screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from annualwheel.questionnaires.content import (
    AnswerContent,
    CodeBookQuestion,
    EndedContent,
    ItemContent,
    YearSpan,
)
from annualwheel.questionnaires.definition import Group
from annualwheel.workbooks.pages import Column
from annualwheel.workbooks.sheets import Link
from annualwheel.workshop.code_books import readable
from annualwheel.workshop.pack.facts import Facts
from annualwheel.workshop.submitted import Respondent

THEMES, FOCUS_AREAS = "themes", "focus_areas"
WIDTHS = {"long_text": 60.0, "text": 30.0, "url": 30.0, "choices": 30.0}


class ItemColumns:
    """The columns of one list, and the values of a row.

    A choice has a readable column, and a 1/0 column for each option, grouped and folded away last.
    """

    def __init__(self, facts: Facts, group: Group, questions: list[CodeBookQuestion]) -> None:
        self.facts, self.group, self.questions = facts, group, questions
        by_key = {question.key: question for question in questions}
        by_source = {question.source: question for question in questions if question.source}
        years = next((one for one in questions if one.type == "years"), None)
        named = {
            "title": by_key.get(group.title_question),
            "kind": by_key.get(group.kind_question or ""),
            "theme": by_source.get(THEMES),
            "focus_area": by_source.get(FOCUS_AREAS),
            "status": by_key.get(group.status_question or ""),
        }
        # The heading of what is printed is one word; all else bears the whole question.
        self.named = {key: question for key, question in named.items() if question}
        self.years = years
        apart = [*self.named.values(), *([years] if years else [])]
        self.rest = [question for question in questions if question not in apart]
        self.printed = 1 + len(self.named) + (2 if years else 0)

    def columns(self) -> list[Column]:
        """The columns. No two headings are the same."""
        word, language = self.facts.word, self.facts.language
        widths = {"title": 32.0, "kind": 14.0, "theme": 24.0, "focus_area": 24.0, "status": 12.0}
        found = [Column(word("respondent"), 26, wrap=True)]
        found += [Column(self._heading(key), widths[key], wrap=True) for key in self.named]
        found += [Column(word(key), 8) for key in ("begins", "ends") if self.years]
        found += [
            Column(word("category"), 20),
            Column(word("number"), 6),
            Column(word("since"), 16),
            Column(word("id"), 15),
        ]
        found += [Column(one.label.to(language), WIDTHS.get(one.type, 18.0)) for one in self.rest]
        return [*found, *self._options({column.heading for column in found})]

    def _heading(self, key: str) -> str:
        """What is listed is called as in the questionnaire."""
        item = self.group.item_label.to(self.facts.language)
        return item if key == "title" else self.facts.word(key)

    def _options(self, taken: set[str]) -> Iterator[Column]:
        """The 1/0 columns: headed by the choice, with its question where two are called alike."""
        headings = {question.key: self._heading(key) for key, question in self.named.items()}
        for question in self.questions:
            of = headings.get(question.key, question.label.to(self.facts.language))
            for option in question.options:
                label = option.label.to(self.facts.language)
                heading = f"{label} ({of})" if label in taken else label
                taken.add(heading)
                yield Column(heading, 12, grouped=True)

    def values(
        self, item: ItemContent | EndedContent, by: Respondent, number: int | None, carried: str
    ) -> list[object]:
        """One row's values.

        A question that was not asked leaves its cells empty, which is not the same as 0.
        """
        given = {answer.question: answer for answer in item.answers}
        since = self.facts.word(f"carried_{carried}")
        return [
            by.name,
            *(self._named(key, given.get(one.key)) for key, one in self.named.items()),
            *self._years(given),
            self.facts.category(by.category),
            number,
            since,
            item.public_id,
            *(self._value(one, given.get(one.key)) for one in self.rest),
            *self._chosen(given),
        ]

    def without(self, by: Respondent, said: str) -> list[object]:
        """The row of a respondent who has submitted no item."""
        empty = [None] * (self.printed - 2)
        return [by.name, said, *empty, self.facts.category(by.category)]

    def _named(self, key: str, answer: AnswerContent | None) -> object:
        if answer is None:
            return None
        if key == "theme" and answer.chosen is not None:
            return "; ".join(self.facts.short_theme(option) for option in answer.chosen)
        return readable(answer, self.facts.language)

    def _years(self, given: Mapping[str, AnswerContent]) -> list[object]:
        if self.years is None:
            return []
        answer = given.get(self.years.key)
        span = answer.value if answer else None
        return [span.begins, span.ends] if isinstance(span, YearSpan) else [None, None]

    def _value(self, question: CodeBookQuestion, answer: AnswerContent | None) -> object:
        # Real dates and numbers, so that Excel sorts and filters them as such.
        if answer is None:
            return None
        if question.type == "number":
            return answer.value
        text = readable(answer, self.facts.language)
        if question.type == "date":
            return _day(answer.value) or text
        return Link(text, address=text) if question.type == "url" and text else text

    def _chosen(self, given: Mapping[str, AnswerContent]) -> Iterator[int | None]:
        for question in self.questions:
            answer = given.get(question.key)
            chosen = {option.key for option in answer.chosen or ()} if answer else set()
            # The question was hidden: a 0 would say that somebody saw the option and left it.
            for option in question.options:
                yield int(option.key in chosen) if answer else None


def _day(value: object) -> dt.date | None:
    """The day an answer names.

    None for one that was given while the question had another type: the text is shown as it is.
    """
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
