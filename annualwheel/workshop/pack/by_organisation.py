"""A row for each respondent, with a column for each question that is not about initiatives."""

from __future__ import annotations

from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import Sheet
from annualwheel.workshop.code_books import readable
from annualwheel.workshop.pack.facts import Part, Rank
from annualwheel.workshop.submitted import Submitted

WIDTHS = {"long_text": 60.0, "text": 34.0, "choices": 34.0, "url": 30.0}
# A question of a questionnaire for a theme, "" for one that is asked once.
Place = tuple[str, str, str]


class ByOrganisation(Part):
    """The answers as a table, one sheet for each questionnaire."""

    about = "about_by_organisation"

    def add(self, answer: Submitted) -> None:
        """Writes the row of one respondent."""
        by, facts = answer.by, self.facts
        places = self._places(by.questionnaire)
        if not places:
            return
        given = {
            (by.questionnaire, one.question, section.theme.key if section.theme else ""): one
            for section in answer.sections
            for one in section.answers
        }
        texts = [
            readable(given[place], facts.language) if place in given else "" for place in places
        ]
        if any(texts):
            self._sheet(by.questionnaire).append(
                [by.name, facts.category(by.category), *(text or None for text in texts)],
                about=by.public_id,
            )

    def _places(self, questionnaire: str) -> list[Place]:
        found: list[Place] = []
        for question in self.facts.books[questionnaire]:
            if not question.group and (questionnaire, question.key) not in self.facts.counted:
                themes = self.facts.themes if question.per_theme else [""]
                found += [(questionnaire, question.key, theme) for theme in themes]
        return found

    def _sheet(self, questionnaire: str) -> Sheet:
        number = list(self.facts.books).index(questionnaire)
        rank = Rank.BY_ORGANISATION + number
        known = [sheet for sheet in self.made if sheet.layout.rank == rank]
        return known[0] if known else self._new(questionnaire, rank)

    def _new(self, questionnaire: str, rank: int) -> Sheet:
        word, facts = self.facts.word, self.facts
        columns = [Column(word("respondent"), 28, wrap=True), Column(word("category"), 20)]
        for _questionnaire, key, theme in self._places(questionnaire):
            question = facts.asked[questionnaire][key]
            label = question.label.to(facts.language)
            if theme:
                label = f"{facts.themes[theme].short(facts.language)}: {label}"
            columns.append(Column(label, WIDTHS.get(question.type, 20.0), text=True))
        personal = self.facts.is_personal(questionnaire)
        title = word("by_person") if personal else word("by_organisation")
        return self.make(Layout(title, columns, rank))
