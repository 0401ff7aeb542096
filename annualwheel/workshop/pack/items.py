"""The lists of initiatives: a sheet for each repeating group that was asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annualwheel.questionnaires.content import (
    EndedContent,
    GroupContent,
    ItemContent,
)
from annualwheel.questionnaires.definition import Definition
from annualwheel.workbooks.pages import Layout
from annualwheel.workbooks.sheets import Sheet, StyledWorkbook
from annualwheel.workbooks.texts import TITLE_LIMIT
from annualwheel.workshop.pack.columns import ItemColumns
from annualwheel.workshop.pack.facts import INITIATIVES, Facts, Part, Rank
from annualwheel.workshop.submitted import Respondent, Submitted

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


class ItemLists(Part):
    """A list for each group that the definitions ask about.

    A single one bears the plain word; several bear the labels of their groups, with the title of
    the questionnaire where there are several.
    """

    def __init__(self, facts: Facts, book: StyledWorkbook) -> None:
        super().__init__(facts, book)
        labels = _labels(facts.definitions(), facts.language)
        if [key for _questionnaire, key in labels] == [INITIATIVES]:
            labels = dict.fromkeys(labels, Label(facts.word("initiatives")))
        self.lists = {
            name: ItemList(self, label, name, Rank.ITEMS + place)
            for place, (name, label) in enumerate(labels.items())
        }

    def add(self, answer: Submitted) -> None:
        """Writes a row for each initiative, also for one that has ended."""
        for section in answer.sections:
            if section.group:
                self.lists[answer.by.questionnaire, section.group.key].add(section.group, answer.by)

    def close(self) -> None:
        """Writes who has none."""
        for each in self.lists.values():
            each.close()

    def contents(self) -> Sequence[tuple[Sheet, str]]:
        """The lists that were made, each with what it holds."""
        return [(each.sheet, each.content) for each in self.lists.values() if each.sheet]


class ItemList:
    """One sheet with a row for each item of a group, and the answers without one at its end."""

    def __init__(self, part: ItemLists, label: Label, name: GroupName, rank: int) -> None:
        self.part, self.facts, self.label, self.rank = part, part.facts, label, rank
        questionnaire, key = name
        book = [asked for asked in self.facts.books[questionnaire] if asked.group == key]
        groups = [
            each.group(key)
            for each in self.facts.definitions()
            if each.key == questionnaire and key in each.groups()
        ]
        self.columns = ItemColumns(self.facts, groups[-1], book)
        self.items = 0
        self.sheet: Sheet | None = None
        # Kept until the end: a streamed sheet takes rows in one order only.
        self.without: list[tuple[Respondent, bool]] = []

    @property
    def content(self) -> str:
        """What the sheet holds, as the cover says it."""
        about = self.facts.word("about_items" if self.label.group else "about_initiatives")
        what = ", ".join(part for part in (self.label.group, self.label.asked) if part)
        return f"{what}. {about}" if what else about

    def add(self, group: GroupContent, by: Respondent) -> None:
        """Writes the rows of one respondent."""
        for item in group.items:
            self._row(item, by, item.number, item.carried)
        for ended in group.ended:
            self._row(ended, by, None, "ended")
        # Those with ended initiatives alone are listed here too: they have nothing under way.
        if not group.items:
            self.without.append((by, group.none))

    def close(self) -> None:
        """Writes who has submitted without an item, and whether they have said so.

        These rows are last on the sheet, so that readers see the gaps.
        """
        word = self.facts.word
        if self.label.group:
            none, nothing = self.label.none, word("without_items")
        else:
            none, nothing = word("no_initiatives"), word("without_initiatives")
        for by, ticked in self.without:
            said = none if ticked and none else nothing
            self._write(self.columns.without(by, said), "")

    def _row(
        self, item: ItemContent | EndedContent, by: Respondent, number: int | None, carried: str
    ) -> None:
        # An ended initiative has a row, so that it can be followed, but is in no count.
        self.items += carried != "ended"
        self._write(self.columns.values(item, by, number, carried), item.public_id)

    def _write(self, values: list[object], about: str) -> None:
        if self.sheet is None:
            label, columns = self.label, self.columns
            layout = Layout(
                label.title,
                columns.columns(),
                self.rank,
                tab=label.tab,
                frozen=2,
                printed=columns.printed,
            )
            self.sheet = self.part.make(layout)
        self.sheet.append(values, about=about)


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
