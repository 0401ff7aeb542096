"""The code book: what the keys of questions and options mean."""

from __future__ import annotations

from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workshop.pack.facts import OneSheet, Rank


class CodeBook(OneSheet):
    """A row for each option of each question, and for each question without options."""

    about = "about_codes"

    def close(self) -> None:
        """Writes the sheet."""
        facts = self.facts
        for questionnaire, question in facts.questions():
            first = [
                facts.title(questionnaire),
                question.key,
                question.label.to(facts.language),
                facts.word(f"type_{question.type}"),
            ]
            for option in question.options:
                self.sheet.append([*first, option.key, option.label.to(facts.language)])
            if not question.options:
                listed = facts.word("organisations_listed") if question.source else None
                self.sheet.append([*first, None, listed])

    def layout(self) -> Layout:
        """Its columns."""
        word = self.facts.word
        columns = (
            Column(word("questionnaire"), 24, wrap=True),
            Column(word("question_key"), 18),
            Column(word("question"), 37, wrap=True),
            Column(word("type"), 12),
            Column(word("option_key"), 21),
            Column(word("option"), 37, wrap=True),
        )
        return Layout(word("codes"), columns, Rank.CODES)
