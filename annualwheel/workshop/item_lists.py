"""The pack's lists of initiatives: a sheet for each repeating group that was asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from annualwheel.questionnaires import published
from annualwheel.questionnaires.content import (
    AnswerContent,
    CodeBookQuestion,
    EndedContent,
    ItemContent,
)
from annualwheel.workshop.columns import AnswerColumns
from annualwheel.workshop.headings import word
from annualwheel.workshop.sheets import Column, StyledWorkbook
from annualwheel.workshop.submitted import Respondent

# A group is named by its questionnaire and its own key: two questionnaires may use the same.
GroupName = tuple[str, str]


class ItemList:
    """One sheet with a row for each item of a group, and the answers without one at its end."""

    def __init__(
        self,
        title: str,
        questions: list[CodeBookQuestion],
        language: str,
        category: Callable[[str], str],
    ) -> None:
        self.title, self.language, self.category = title, language, category
        self.columns = AnswerColumns(questions, language)
        self.items = 0
        # Kept until the end: a streamed sheet takes rows in one order only.
        self.without: list[tuple[Respondent, bool]] = []

    def open(self, book: StyledWorkbook, footer: tuple[str, str]) -> None:
        """Adds the sheet to the book. Call it when its turn among the sheets has come."""
        headings = (
            ("id", 15),
            ("respondent", 28),
            ("category", 20),
            ("number", 6),
            ("since", 16),
        )
        own = [Column(word(key, self.language), width) for key, width in headings]
        columns = [*own, *self.columns.columns()]
        self.sheet = book.sheet(self.title, columns, footer, name_columns=2)

    def row(
        self, item: ItemContent | EndedContent, by: Respondent, number: int | None, carried: str
    ) -> dict[str, AnswerContent]:
        """Writes the row of an item, and returns its answers by question."""
        # An ended initiative has a row, so that it can be followed, but is in no count.
        self.items += carried != "ended"
        given = {answer.question: answer for answer in item.answers}
        since = word(f"carried_{carried}", self.language)
        first = [item.public_id, by.name, self.category(by.category), number, since]
        self.sheet.append([*first, *self.columns.values(given)])
        return given

    def close(self) -> None:
        """Writes who has submitted without an item, and whether they have said so.

        These rows are last on the sheet, so that readers see the gaps.
        """
        for by, ticked in self.without:
            said = word("no_initiatives" if ticked else "without_initiatives", self.language)
            self.sheet.append([None, by.name, self.category(by.category), None, None, said])


def of_questionnaires(
    books: Mapping[str, list[CodeBookQuestion]],
    digests: list[str],
    language: str,
    category: Callable[[str], str],
) -> dict[GroupName, ItemList]:
    """A list for each group that the definitions ask about, by questionnaire and group.

    `books` are the code books by questionnaire (see `columns.code_books`). A single one bears the
    plain word; several bear the labels of their groups, with the title of the questionnaire where
    there are several. The pack has an empty one where no group is asked about.
    """
    labels: dict[GroupName, str] = {}
    for digest in digests:
        definition = published.by_digest(digest)
        for key in definition.groups():
            label = definition.group(key).label.to(language)
            if len(books) > 1:
                label = f"{label}, {definition.title.to(language)}"
            # The oldest definition names the list: a correction must not split it in two.
            labels.setdefault((definition.key, key), label)
    # One list needs no telling apart, and the sheet is there even when nobody is asked for items.
    if len(labels) < 2:
        labels = dict.fromkeys(labels or [("", "")], word("initiatives", language))
    return {
        (questionnaire, group): ItemList(
            title,
            [asked for asked in books.get(questionnaire, []) if asked.group == group],
            language,
            category,
        )
        for (questionnaire, group), title in labels.items()
    }
