"""Counts on one page: the puzzle, and how many have answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest

from annualwheel.questionnaires.definition import NONE_OF_THEM
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import Sheet, StyledWorkbook
from annualwheel.workshop import puzzle
from annualwheel.workshop.attendance import AskedQuestionnaire
from annualwheel.workshop.pack.facts import Facts, Part, Rank
from annualwheel.workshop.puzzle import Puzzle
from annualwheel.workshop.submitted import Submitted

THEME, NARROW = 24.5, 11.0
Answered = Mapping[str, tuple[int, int]]


class Overview(Part):
    """Initiatives by theme, and answers by kind of organisation."""

    about = "about_overview"

    def __init__(
        self, facts: Facts, book: StyledWorkbook, awaited: list[AskedQuestionnaire]
    ) -> None:
        super().__init__(facts, book)
        self.awaited, self.puzzle = awaited, Puzzle()
        # Only where initiatives are asked about are there any to miss.
        groups = {each.key for each in facts.definitions() if each.groups()}
        self.asking = [one for one in awaited if one.questionnaire in groups]

    def add(self, answer: Submitted) -> None:
        """Counts the initiatives of one respondent."""
        for section in answer.sections:
            for item in section.items:
                self.puzzle.add(item, answer.by.category)

    def close(self) -> None:
        """Writes the sheet."""
        facts, areas = self.facts, self.facts.areas()
        by_category: dict[str, tuple[int, int]] = {}
        for one in self.asking:
            for key, (answered, asked) in one.by_category().items():
                known = by_category.get(key, (0, 0))
                by_category[key] = known[0] + answered, known[1] + asked
        categories = dict(facts.categories)
        if any(key == "" for one in self.awaited for key in one.by_category()):
            categories[""] = facts.word("no_category")
        shown = (areas.values(), categories.values()) if self.asking else ()
        across = zip_longest(("", ""), *shown, fillvalue="")
        widths = [_wide_enough(headings) for headings in across]
        last = _wide_enough([facts.items_name()])
        sheet = self.make(
            Layout(
                facts.word("overview"),
                (Column("", THEME), *(Column("", width) for width in widths), Column("", last)),
                Rank.OVERVIEW,
            )
        )
        if self.asking and facts.themes:
            everybody = puzzle.together(by_category)
            self._matrix(sheet, "theme_by_area", areas, self.puzzle.by_area, lambda _key: everybody)
            self._matrix(
                sheet,
                "theme_by_category",
                categories,
                self.puzzle.by_category,
                lambda key: by_category.get(key, (0, 0)),
            )
            for key in ("several", "gap_is", "unknown_is"):
                sheet.append([facts.word(key)])
            sheet.append([])
        for one in self.awaited:
            self._answered(sheet, one, categories)

    def _matrix(
        self,
        sheet: Sheet,
        title: str,
        across: Mapping[str, str],
        counts: Mapping[tuple[str, str], int],
        answered: Callable[[str], tuple[int, int]],
    ) -> None:
        word, what = self.facts.word, self.facts.items_name().lower()
        sheet.styled([word(title).format(what=what)], "title")
        total = word("number_of").format(what=what)
        sheet.styled([word("theme"), *across.values(), total], "heading")
        for key, name in self.facts.short_themes().items():
            cells = []
            for other in across:
                count = counts.get((key, other), 0)
                # What fits none of them is no place where something is missing.
                outside = NONE_OF_THEM in (key, other)
                cells.append(
                    self._cell(count if outside else puzzle.piece(count, *answered(other)))
                )
            # Initiatives, not the sum of the cells: one may be in several of them.
            every = (self.puzzle.by_theme[key], "number")
            sheet.append_styled([(name, "strong"), *cells, every])
        sheet.append([])

    def _cell(self, shown: int | str) -> tuple[object, str]:
        return (self.facts.word(shown), shown) if isinstance(shown, str) else (shown, "number")

    def _answered(
        self, sheet: Sheet, one: AskedQuestionnaire, categories: Mapping[str, str]
    ) -> None:
        facts, word = self.facts, self.facts.word
        title = word("people_answered" if one.personal else "organisations_answered")
        if facts.several and one.questionnaire:
            title = f"{title}: {facts.title(one.questionnaire)}"
        found = one.by_category()
        sheet.styled([title], "title")
        sheet.styled([word("category"), word("answered"), word("asked")], "heading")
        for key, name in categories.items():
            if key in found:
                sheet.append_styled([(name, "strong"), *_numbers(found[key])])
        sheet.append_styled([(word("all"), "strong"), *_numbers(puzzle.together(found))])
        sheet.append([])


def _numbers(pair: tuple[int, int]) -> list[tuple[object, str]]:
    return [(number, "number") for number in pair]


def _wide_enough(headings: Iterable[str]) -> float:
    """A width in which no word of the headings is broken."""
    words = (word for heading in headings for word in heading.split())
    return max([NARROW, *(len(word) + 1.5 for word in words)])
