"""Every answer as a row, to filter, to count and to take into other programs."""

from __future__ import annotations

from collections.abc import Iterator

from annualwheel.questionnaires.content import AnswerContent, LocatedAnswer, answers_in
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import PART
from annualwheel.workshop.code_books import readable
from annualwheel.workshop.pack.facts import OneSheet, Rank
from annualwheel.workshop.submitted import Respondent, Submitted


class AllAnswers(OneSheet):
    """One row for each answer, and for each option that was chosen."""

    about = "about_all_answers"

    def add(self, answer: Submitted) -> None:
        """Writes the rows of one respondent."""
        for place in answers_in(answer.sections):
            for option, text in self._said(place.answer):
                self._row(answer.by, place, option, text)

    def _said(self, answer: AnswerContent) -> Iterator[tuple[str | None, str]]:
        """The key and the words of each chosen option, or what was written."""
        if answer.chosen is not None:
            for option in answer.chosen:
                yield option.key, option.label.to(self.facts.language)
        elif text := readable(answer, self.facts.language):
            yield None, text

    def _row(self, by: Respondent, place: LocatedAnswer, option: str | None, text: str) -> None:
        facts, (section, item, given) = self.facts, place
        question = facts.asked[by.questionnaire][given.question].label.to(facts.language)
        row = [
            by.name,
            facts.category(by.category),
            section.title.to(facts.language),
            section.theme_label(facts.language),
            item.title if item else "",
            question,
            text,
            PART,
            option,
            by.code,
            by.public_id,
            item.public_id if item else None,
            given.question,
            by.number,
            by.submitted_at,
            *([facts.title(by.questionnaire)] if facts.several else []),
        ]
        about = item.public_id if item else by.public_id
        self.sheet.append(row, about=about, question=question)

    def layout(self) -> Layout:
        """Its columns."""
        word = self.facts.word
        widths = (
            ("respondent", 26),
            ("category", 18),
            ("section", 20),
            ("theme", 24),
            ("item", 24),
            ("question", 34),
            ("answer", 60),
            ("part", 6),
            ("option_key", 14),
            ("organisation_id", 16),
            ("answer_id", 15),
            ("id", 15),
            ("question_key", 16),
            ("version", 8),
            ("submitted", 17),
        )
        wrapped = ("respondent", "theme", "item", "question")
        columns = [
            Column(word(key), width, wrap=key in wrapped, text=key == "answer")
            for key, width in widths
        ]
        if self.facts.several:
            columns.append(Column(word("questionnaire"), 40))
        return Layout(word("all_answers"), columns, Rank.ALL)
