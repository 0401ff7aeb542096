"""The initiatives of a theme as cards to read at the table: labels, and one wide column of text."""

from __future__ import annotations

from annualwheel.questionnaires.content import AnswerContent, ItemContent
from annualwheel.questionnaires.definition import NONE_OF_THEM, Group
from annualwheel.workbooks import texts
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import Link, Sheet, StyledWorkbook
from annualwheel.workshop.code_books import readable
from annualwheel.workshop.pack.facts import Facts, Part, Rank
from annualwheel.workshop.submitted import Respondent, Submitted

LABEL, TEXT = 24.0, 68.0
# Lines of a text in one row. More would leave half a page empty where a row does not fit any more.
MOST_LINES = 16


class Cards(Part):
    """A sheet for each theme that somebody has told of an initiative for, and one for no theme."""

    about = "about_theme"

    def __init__(self, facts: Facts, book: StyledWorkbook) -> None:
        super().__init__(facts, book)
        self.sheets: dict[str, Sheet] = {}
        self.places = {key: place for place, key in enumerate([*facts.themes, NONE_OF_THEM], 1)}

    def add(self, answer: Submitted) -> None:
        """Writes a card on the sheet of each theme that an initiative belongs to."""
        for section in answer.sections:
            for item in section.items:
                for theme in item.themes:
                    # A theme that was taken out of the year has no sheet, but is in the lists.
                    if theme in self.places and section.group:
                        group = self.facts.groups[answer.by.questionnaire, section.group.key]
                        self._card(self._sheet(theme), group, item, answer.by)

    def _sheet(self, theme: str) -> Sheet:
        if theme not in self.sheets:
            facts, place, known = self.facts, self.places[theme], self.facts.themes.get(theme)
            none = facts.word("no_theme")
            name, short = (
                (known.name(facts.language), known.short(facts.language)) if known else (none, none)
            )
            columns = (Column(facts.word("respondent"), LABEL), Column(name, TEXT, wrap=True))
            layout = Layout(
                f"{place}. {name}",
                columns,
                Rank.CARDS + place,
                tab=f"{place}. {short}",
                portrait=True,
                filtered=False,
            )
            self.sheets[theme] = self.make(layout)
        return self.sheets[theme]

    def _card(self, sheet: Sheet, group: Group, item: ItemContent, by: Respondent) -> None:
        given = {answer.question: answer for answer in item.answers}
        rows = [
            (label, part)
            for key, answer in given.items()
            if key not in (group.title_question, group.kind_question, group.status_question)
            and not self._is_theme(by, key)
            for label, part in self._parts(sheet, by, answer)
        ]
        what = self._what(group, item, given)
        sheet.append_styled([(by.name, "card_title"), (item.title, "card_title")])
        if what:
            sheet.append_styled([("", "card_label"), (what, "card")])
        for label, part in rows:
            sheet.append_styled([(label, "card_label"), (part, "card")])

    def _what(self, group: Group, item: ItemContent, given: dict[str, AnswerContent]) -> str:
        """The kind and the status, and what has become of it since last year."""
        keys = (group.kind_question, group.status_question)
        said = [readable(given[key], self.facts.language) for key in keys if key in given]
        if item.carried != "new":
            since = self.facts.word(f"carried_{item.carried}").lower()
            said.append(f"{self.facts.word('since').lower()}: {since}")
        return " · ".join(text for text in said if text)

    def _is_theme(self, by: Respondent, key: str) -> bool:
        return self.facts.asked[by.questionnaire][key].source == "themes"

    def _parts(
        self, sheet: Sheet, by: Respondent, answer: AnswerContent
    ) -> list[tuple[str, str | Link]]:
        """The rows of an answer: its label, and as much of the text as fits in one row."""
        text = readable(answer, self.facts.language)
        if not text:
            return []
        question = self.facts.asked[by.questionnaire][answer.question]
        label = question.label.to(self.facts.language)
        if question.type == "url":
            return [(label, Link(text, address=text))]
        parts = texts.in_parts(text, sheet.letters(1, "card"), MOST_LINES)
        return [(label if number == 0 else "", part) for number, part in enumerate(parts)]
