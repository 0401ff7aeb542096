"""The pack's lists of initiatives: a sheet for each repeating group that was asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from annualwheel.questionnaires import published
from annualwheel.questionnaires.content import (
    AnswerContent,
    CodeBookQuestion,
    EndedContent,
    ItemContent,
)
from annualwheel.questionnaires.definition import Definition
from annualwheel.workshop.columns import AnswerColumns
from annualwheel.workshop.headings import word
from annualwheel.workshop.sheets import TITLE_LIMIT, Column, StyledWorkbook
from annualwheel.workshop.submitted import Respondent

# A group is named by its questionnaire and its own key: two questionnaires may use the same.
GroupName = tuple[str, str]


@dataclass(frozen=True)
class Label:
    """What a list is called: `title` is the whole, `tab` what stands on its tab instead.

    `group` is the group's own label, with its `asked` questionnaire where there are several. `none`
    is what somebody ticks who has no item; all three are "" in a pack with one list, which is
    spoken of in plain words.
    """

    title: str
    tab: str = ""
    group: str = ""
    asked: str = ""
    none: str = ""


class ItemList:
    """One sheet with a row for each item of a group, and the answers without one at its end."""

    def __init__(
        self,
        label: Label,
        questions: list[CodeBookQuestion],
        language: str,
        category: Callable[[str], str],
    ) -> None:
        self.label, self.language, self.category = label, language, category
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
        label = self.label
        self.sheet = book.sheet(label.title, columns, footer, name_columns=2, tab=label.tab)

    @property
    def content(self) -> str:
        """What the sheet holds, as the cover says it."""
        about = word("about_items" if self.label.group else "about_initiatives", self.language)
        what = ", ".join(part for part in (self.label.group, self.label.asked) if part)
        return f"{what}. {about}" if what else about

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
        if self.label.group:
            none, nothing = self.label.none, word("without_items", self.language)
        else:
            none, nothing = (
                word(key, self.language) for key in ("no_initiatives", "without_initiatives")
            )
        for by, ticked in self.without:
            said = none if ticked and none else nothing
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
    labels = _labels([published.by_digest(digest) for digest in digests], language)
    # One list needs no telling apart, and the sheet is there even when nobody is asked for items.
    if len(labels) < 2:
        labels = dict.fromkeys(labels or [("", "")], Label(word("initiatives", language)))
    return {
        (questionnaire, group): ItemList(
            label,
            [asked for asked in books.get(questionnaire, []) if asked.group == group],
            language,
            category,
        )
        for (questionnaire, group), label in labels.items()
    }


def _labels(definitions: Sequence[Definition], language: str) -> dict[GroupName, Label]:
    """What the list of each group is called.

    Where a title is too long for a tab, all tabs have the number of their questionnaire instead of
    its title: titles that begin alike cannot be told apart when they are cut.
    """
    asking = list(dict.fromkeys(each.key for each in definitions if each.groups()))
    several = len({each.key for each in definitions}) > 1
    labels: dict[GroupName, Label] = {}
    for definition in definitions:
        title = definition.title.to(language) if several else ""
        for key in definition.groups():
            group = definition.group(key)
            name, none = group.label.to(language), group.none_question
            label = Label(
                title=f"{name}, {title}" if title else name,
                tab=f"{name} {asking.index(definition.key) + 1}" if several else "",
                group=name,
                asked=title,
                none=none.label.to(language) if none else "",
            )
            labels.setdefault((definition.key, key), label)
    if all(len(label.title) <= TITLE_LIMIT for label in labels.values()):
        return {name: replace(label, tab="") for name, label in labels.items()}
    return labels
