"""What all sheets of a pack know: the meeting, what was asked, and the words of its language."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from annualwheel.models import Meeting, Theme
from annualwheel.questionnaires import opening, published
from annualwheel.questionnaires.content import CodeBookQuestion, ItemContent
from annualwheel.questionnaires.definition import NONE_OF_THEM, Definition, Group, Option
from annualwheel.workbooks.pages import Layout
from annualwheel.workbooks.sheets import Sheet, StyledWorkbook
from annualwheel.workshop import counts, submitted
from annualwheel.workshop.code_books import code_books
from annualwheel.workshop.pack.headings import word
from annualwheel.workshop.submitted import Submitted

# The key of the groups that tell of initiatives; others are called by their own label.
INITIATIVES = "initiativ"


class Rank(IntEnum):
    """The order of the sheets; those of one part follow each other from its rank on."""

    COVER = 0
    OVERVIEW = 100
    CARDS = 200
    NOTES = 300
    ITEMS = 400
    PARTNERS = 500
    SEEKING = 550
    BY_THEME = 600
    QUESTIONS = 700
    BY_ORGANISATION = 800
    ALL = 900
    PARTICIPANTS = 1000
    SILENT = 1100
    LONG = 1200
    CODES = 1300


@dataclass(frozen=True)
class CoverFacts:
    """What the pack says of itself: who asked, when, for whom, in which language ("sv" or "en")."""

    made_by: str
    made_at: dt.datetime
    region: str
    language: str


class Facts:
    """What was asked for the meeting and how it is called, read once for the whole pack."""

    def __init__(self, meeting: Meeting, cover: CoverFacts) -> None:
        self.meeting, self.cover, self.language = meeting, cover, cover.language
        answered = submitted.digests(meeting)
        # Also what nobody has answered yet: the code book and the notes say what was asked.
        digests = list(dict.fromkeys([*answered, *(one.digest for one in meeting.questionnaires)]))
        order = [one.key for one in meeting.questionnaires]
        digests.sort(key=lambda digest: order.index(published.by_digest(digest).key))
        self.digests = digests
        self.books = code_books(digests)
        # By questionnaire and by its own key: two questionnaires may use the same.
        self.groups: dict[tuple[str, str], Group] = {
            (each.key, key): each.group(key) for each in self.definitions() for key in each.groups()
        }
        self.several = len(meeting.questionnaires) > 1
        self.themes: dict[str, Theme] = {theme.key: theme for theme in meeting.year.themes}
        self.categories = submitted.categories(self.language)
        self.counted = counts.counted(meeting)
        self.asked = {
            key: {question.key: question for question in book} for key, book in self.books.items()
        }

    def word(self, key: str) -> str:
        """A heading in the language of the pack."""
        return word(key, self.language)

    def category(self, key: str) -> str:
        """What a kind of organisation is called."""
        return self.categories.get(key, self.word("no_category"))

    def title(self, questionnaire: str) -> str:
        """What the meeting's questionnaire with that key is called."""
        return published.title_of(published.one(self.meeting, questionnaire)).to(self.language)

    def questions(self) -> Iterator[tuple[str, CodeBookQuestion]]:
        """Every question, with the key of its questionnaire, in order."""
        for key, book in self.books.items():
            for question in book:
                yield key, question

    def definitions(self) -> list[Definition]:
        """All definitions that were answered or are published, the oldest of each first."""
        return [published.by_digest(digest) for digest in self.digests]

    def before_the_meeting(self) -> list[str]:
        """The keys of the questionnaires that prepare the meeting."""
        return [one.key for one in self.meeting.questionnaires if opening.prepares(one)]

    def is_personal(self, questionnaire: str) -> bool:
        """Whether each person answers the questionnaire for themselves."""
        return published.one(self.meeting, questionnaire).respondent == "person"

    def areas(self) -> dict[str, str]:
        """The focus areas that were offered, by key; last that none of them fits, if it was."""
        areas = self._offered("focus_areas")
        none = areas.pop(NONE_OF_THEM, None)
        return areas if none is None else areas | {NONE_OF_THEM: none}

    def short_themes(self) -> dict[str, str]:
        """The short names of the year's themes by key, and last the words for none of them."""
        short = {key: theme.short(self.language) for key, theme in self.themes.items()}
        none = self._offered("themes").get(NONE_OF_THEM)
        return short if none is None else short | {NONE_OF_THEM: none}

    def _offered(self, source: str) -> dict[str, str]:
        asking = [one for _key, one in self.questions() if one.source == source]
        options = (option for question in asking for option in question.options)
        return {option.key: option.label.to(self.language) for option in options}

    def short_theme(self, option: Option) -> str:
        """The short name of a chosen theme, the whole of one that was taken out of the year."""
        theme = self.themes.get(option.key)
        return theme.short(self.language) if theme else option.label.to(self.language)

    def items_name(self) -> str:
        """What the counts call the items that were asked for: initiatives, or what else it is."""
        labels = {
            key: group.label.to(self.language) for (_asked, key), group in self.groups.items()
        }
        if INITIATIVES in labels or not labels:
            return self.word("initiatives")
        return next(iter(labels.values()))

    def themes_of(self, item: ItemContent, questionnaire: str) -> str:
        """The short names of the themes that were chosen for an item."""
        asked = self.asked[questionnaire]
        chosen = (
            option
            for answer in item.answers
            if asked[answer.question].source == "themes"
            for option in answer.chosen or ()
        )
        return "; ".join(self.short_theme(option) for option in chosen)


class Part:
    """A part of the pack: sheets that are made when their first row comes, so none is empty."""

    # The key of what the cover says about its sheets.
    about = ""

    def __init__(self, facts: Facts, book: StyledWorkbook) -> None:
        self.facts, self.book = facts, book
        self.made: list[Sheet] = []

    def add(self, answer: Submitted) -> None:
        """Writes what one respondent has submitted."""

    def close(self) -> None:
        """Writes what is known when all answers have been read."""

    def make(self, layout: Layout) -> Sheet:
        """Adds a sheet to the book."""
        self.made.append(self.book.sheet(layout))
        return self.made[-1]

    def contents(self) -> Sequence[tuple[Sheet, str]]:
        """The sheets that were made, each with what the cover says that it holds."""
        words = self.facts.word(self.about)
        return [(sheet, words) for sheet in sorted(self.made, key=lambda one: one.layout.rank)]


class OneSheet(Part, ABC):
    """A part with a single sheet."""

    @abstractmethod
    def layout(self) -> Layout:
        """How the sheet is set up."""

    @property
    def sheet(self) -> Sheet:
        """The sheet, made when it is first asked for."""
        return self.made[0] if self.made else self.make(self.layout())
