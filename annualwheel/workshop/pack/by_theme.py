"""The answers per theme, sorted by theme, question and organisation."""

from __future__ import annotations

from annualwheel.questionnaires.content import answers_in
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import PART, StyledWorkbook
from annualwheel.workshop.code_books import readable
from annualwheel.workshop.pack.facts import Facts, OneSheet, Rank
from annualwheel.workshop.pack.spools import Spools
from annualwheel.workshop.submitted import Submitted


class ByTheme(OneSheet):
    """What was asked anew for each theme of the year."""

    about = "about_by_theme"

    def __init__(self, facts: Facts, book: StyledWorkbook) -> None:
        super().__init__(facts, book)
        self.waiting = Spools()

    def add(self, answer: Submitted) -> None:
        """Keeps the answers: the sheet is in another order than they come."""
        by = answer.by
        for section, _item, given in answers_in(answer.sections):
            text = readable(given, self.facts.language)
            if section.theme and text:
                self.waiting.add(
                    (section.theme.key, by.questionnaire, given.question),
                    [
                        self.facts.short_theme(section.theme),
                        by.name,
                        self.facts.category(by.category),
                        text,
                        by.public_id,
                    ],
                )

    def close(self) -> None:
        """Writes the sheet."""
        for theme in self._themes():
            for questionnaire, question in self.facts.questions():
                label = question.label.to(self.facts.language)
                for row in self.waiting.rows((theme, questionnaire, question.key)):
                    name, by, category, text, about = row
                    self.sheet.append(
                        [name, label, by, category, text, PART], about=about, question=label
                    )
        self.waiting.close()

    def _themes(self) -> list[str]:
        """The year's themes, and those that were taken out of it after somebody had answered."""
        asked = (theme.key for each in self.facts.definitions() for theme in each.themes)
        return list(dict.fromkeys([*self.facts.themes, *asked]))

    def layout(self) -> Layout:
        """Its columns."""
        word = self.facts.word
        columns = (
            Column(word("theme"), 20, wrap=True),
            Column(word("question"), 24, wrap=True),
            Column(word("respondent"), 22, wrap=True),
            Column(word("category"), 16, wrap=True),
            Column(word("answer"), 62, text=True),
            Column(word("part"), 6),
        )
        return Layout(word("by_theme"), columns, Rank.BY_THEME)
