"""Sheets for the table's secretary: the questions of a theme with lines to write on."""

from __future__ import annotations

from annualwheel.questionnaires.content import CodeBookQuestion
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import Sheet
from annualwheel.workshop.pack.facts import Part, Rank

LINES, WIDE, NARROW = 4, 60.0, 16.0
WRITTEN = ("long_text",)


class Documentation(Part):
    """A page for each theme of the year."""

    about = "about_notes"

    def close(self) -> None:
        """Writes the pages. They follow from what is asked and not from what was answered."""
        facts = self.facts
        questions = self._questions()
        if not questions:
            return
        columns = (Column("", WIDE), Column("", NARROW), Column("", NARROW))
        themes = [theme.name(facts.language) for theme in facts.themes.values()]
        for number, theme in enumerate(themes or [""], 1):
            layout = Layout(
                f"{facts.word('notes')} {number}" if themes else facts.word("notes"),
                columns,
                Rank.NOTES + number,
                frozen=0,
                portrait=True,
                one_page=True,
            )
            self._page(self.make(layout), theme, questions)

    def _questions(self) -> list[CodeBookQuestion]:
        """What is asked for each theme, or else what is asked in free text at all."""
        books = [self.facts.books[key] for key in self.facts.before_the_meeting()]
        written = [one for book in books for one in book if one.type in WRITTEN and not one.group]
        return [one for one in written if one.per_theme] or written

    def _page(self, sheet: Sheet, theme: str, questions: list[CodeBookQuestion]) -> None:
        word, language = self.facts.word, self.facts.language
        if theme:
            sheet.joined([(theme, "question")], 3)
        sheet.append_styled(
            [(f"{word('secretary')}:", "ruled"), (f"{word('table')}:", "ruled"), ("", "ruled")]
        )
        for question in questions:
            sheet.append([])
            sheet.joined([(question.label.to(language), "strong")], 3)
            for _ in range(LINES):
                sheet.append_styled([("", "ruled")] * 3)
