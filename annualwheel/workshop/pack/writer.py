"""The workshop input pack: a workbook made for tables.

It is streamed from the submitted answers in one pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from annualwheel.models import Meeting
from annualwheel.questionnaires import opening, published
from annualwheel.questionnaires.content import (
    CodeBookQuestion,
    GroupContent,
    ItemContent,
    LocatedAnswer,
    answers_in,
)
from annualwheel.registrations import turnout
from annualwheel.wording import dates, names
from annualwheel.workshop import item_lists, lists, submitted
from annualwheel.workshop.columns import NARROW, code_books, readable, whole_width, wide_enough
from annualwheel.workshop.headings import WORDS, word
from annualwheel.workshop.item_lists import ItemList
from annualwheel.workshop.lists import AwaitedQuestionnaire
from annualwheel.workshop.puzzle import Puzzle
from annualwheel.workshop.sheets import Column, Sheet, StyledWorkbook
from annualwheel.workshop.submitted import Respondent, Submitted

Progress = Callable[[int], None]
REPORT_EVERY = 100
PRINTED = ("long_text",)
PRINTED_WIDTH = 140  # characters of 11 points on a landscape A4: printed at full size


@dataclass(frozen=True)
class CoverFacts:
    """What the cover says: who asked, when, in which language ("sv" or "en")."""

    made_by: str
    made_at: dt.datetime
    language: str


class PackWriter:
    """Writes the pack of a meeting: only submitted answers, the latest version of each.

    It leaves out needs and contact details. It makes all sheets at the start, since a workbook has
    them in the order they were made, and writes the counts last.
    """

    def __init__(self, meeting: Meeting, cover: CoverFacts) -> None:
        self.meeting, self.cover, self.language = meeting, cover, cover.language
        self.footer = (self.word("page"), self.word("of"))
        title = f"{self.word('pack')} {names.meeting(meeting.kind, self.language)}"
        self.book = StyledWorkbook(title, self.language, self.word("long_texts"), self.word("cut"))
        digests = submitted.digests(meeting)
        self.books = code_books(digests)
        self.questions = [question for book in self.books.values() for question in book]
        self.several = len(meeting.questionnaires) > 1
        self.categories = submitted.categories(self.language)
        self.themes = _theme_names(meeting, self.language)
        self.areas = _area_names(self.questions, self.language)
        self.labels = {
            key: {q.key: q.label.to(self.language) for q in book}
            for key, book in self.books.items()
        }
        self.puzzle = Puzzle()
        self.unreadable: list[str] = []
        self.items = item_lists.of_questionnaires(
            self.books, digests, self.language, self._category
        )
        self._make_sheets()
        self._make_lists()

    def write(self, path: str, progress: Progress) -> dict[str, int]:
        """Writes the workbook to `path` and returns its counts.

        `progress` is told how many answers are done, and ends the work by raising.
        """
        try:
            return self._write(path, progress)
        except BaseException:
            self.book.discard()
            raise

    def _write(self, path: str, progress: Progress) -> dict[str, int]:
        chosen = submitted.respondents(self.meeting)
        # One pass over the answers fills all sheets at once: reading them is what costs.
        for number, answer in enumerate(submitted.stream(chosen), 1):
            self._one(answer)
            if number % REPORT_EVERY == 0:
                progress(number)
        for items in self.items.values():
            items.close()
        for key in self.themes:
            if not self.puzzle.by_theme[key]:
                self.theme_sheets[key].append(["", self.word("empty_theme")])
        # The overview and the cover are first among the sheets, but count what the others hold.
        counts = self._lists(chosen)
        self._overview()
        self._read_me(counts)
        headings = [self.word("place"), self.word("part"), self.word("text")]
        self.book.save(path, headings, self.footer)
        return counts

    def _lists(self, chosen: list[Respondent]) -> dict[str, int]:
        """Writes the lists of people and organisations, and counts all that the pack holds."""
        meeting, categories, language = self.meeting, self.categories, self.language
        asked = submitted.asked(meeting)
        answered = {each.organisation_id for each in chosen}
        lists.participants(self.participants, meeting, categories, language)
        self.awaited = self._awaited(chosen)
        lists.not_answered(self.not_answered, meeting, asked, self.awaited, categories, language)
        people = turnout.funnel(meeting)
        return {
            "answers": len(chosen),
            "organisations": len(answered),
            "asked": len(asked),
            "unreadable": len(self.unreadable),
            "initiatives": self.puzzle.initiatives,
            "participants": people.coming,
            "to_reconfirm": people.to_reconfirm,
            "offered": people.offered,
            **self._counts_of_each(chosen),
        }

    def _counts_of_each(self, chosen: list[Respondent]) -> dict[str, int]:
        """How many have answered each of several questionnaires, and for how many organisations."""
        counts = {}
        for asked in self.meeting.questionnaires if self.several else []:
            answered = [one.organisation_id for one in chosen if one.questionnaire == asked.key]
            counts[f"answers:{asked.key}"] = len(answered)
            counts[f"organisations:{asked.key}"] = len(set(answered))
        return counts

    def _awaited(self, chosen: list[Respondent]) -> list[AwaitedQuestionnaire]:
        """The questionnaires that have opened, with the organisations that have answered each.

        The meeting as a whole while nothing is published.
        """
        found = []
        for asked in self.meeting.questionnaires:
            # Nobody has been asked for that one yet, so nobody is late with it.
            if opening.opens_at(asked) > self.cover.made_at and self.several:
                continue
            title = published.title_of(asked).to(self.language) if self.several else ""
            answered = {one.organisation_id for one in chosen if one.questionnaire == asked.key}
            found.append(AwaitedQuestionnaire(asked.id, title, answered))
        return found or [AwaitedQuestionnaire(None, "", set())]

    def word(self, key: str) -> str:
        """A heading in the language of the pack."""
        return word(key, self.language)

    def _make_sheets(self) -> None:
        word = self.word
        self.read_me = self.book.plain(word("read_me"), [28, 90], self.footer)
        across = zip_longest(
            self.areas.values(), (*self.categories.values(), word("no_category")), fillvalue=""
        )
        self.overview = self.book.plain(
            word("overview"), [52, *(wide_enough(pair) for pair in across), NARROW], self.footer
        )
        # A theme's own columns: what is worth reading aloud at the table, and nothing to sort by.
        self.printed = [
            (key, q)
            for key, book in self.books.items()
            for q in book
            if q.group and q.type in PRINTED
        ]
        # 46 is the width of the two columns before them.
        width = max(14, (PRINTED_WIDTH - 46) / max(1, len(self.printed)))
        cards = [
            Column(word("title"), 24),
            Column(word("respondent"), 22),
            *[Column(q.label.to(self.language), width) for _key, q in self.printed],
        ]
        self.theme_sheets = {
            key: self.book.sheet(f"{number}. {name}", cards, self.footer)
            for number, (key, name) in enumerate(self.themes.items(), 1)
        }
        for items in self.items.values():
            items.open(self.book, self.footer)
        self.all_answers = self.book.sheet(
            word("all_answers"),
            [
                Column(word("respondent"), 28),
                Column(word("category"), 20),
                Column(word("section"), 22),
                Column(word("theme"), 26),
                Column(word("item"), 26),
                Column(word("question"), 34),
                Column(word("answer"), 70, wrap=True),
                Column(word("version"), 8),
                Column(word("submitted"), 17),
                Column(word("id"), 15),
                *([Column(word("questionnaire"), 40)] if self.several else []),
            ],
            self.footer,
        )

    def _make_lists(self) -> None:
        """The sheets after the answers: the structures, and who comes and who has not answered."""
        word = self.word
        kinds = [q.label.to(self.language) for q in self.questions if q.per_theme]
        self.structures = self.book.sheet(
            word("structures"),
            [
                Column(word("theme"), whole_width(self.themes.values())),
                Column(word("kind"), whole_width(kinds)),
                Column(word("text"), 80, wrap=True),
                Column(word("respondent"), 28),
                Column(word("category"), 20),
            ],
            self.footer,
        )
        self.participants = self.book.sheet(
            word("participants"), lists.participant_columns(self.language), self.footer
        )
        self.not_answered = self.book.sheet(
            word("not_answered"),
            lists.not_answered_columns(self.language, self.several),
            self.footer,
        )

    def _one(self, answer: Submitted) -> None:
        if not answer.is_readable:
            self.unreadable.append(answer.by.name)
            return
        for place in answers_in(answer.sections):
            text = readable(place.answer, self.language)
            if text != "":
                self._answer(answer.by, place, text)
        groups = [section.group for section in answer.sections if section.group]
        self._groups(answer.by, groups)

    def _answer(self, by: Respondent, place: LocatedAnswer, text: str) -> None:
        section, item, given = place
        category = self._category(by.category)
        question = self.labels[by.questionnaire][given.question]
        theme = section.theme_label(self.language)
        self.all_answers.append(
            [
                by.name,
                category,
                section.title.to(self.language),
                theme,
                item.title if item else "",
                question,
                text,
                by.number,
                by.submitted_at,
                item.public_id if item else "",
                *([self._title(by.questionnaire)] if self.several else []),
            ]
        )
        if theme:
            self.structures.append([theme, question, text, by.name, category])

    def _title(self, key: str) -> str:
        """What the meeting's questionnaire with that key is called."""
        return published.title_of(published.one(self.meeting, key)).to(self.language)

    def _groups(self, by: Respondent, groups: list[GroupContent]) -> None:
        for group in groups:
            items = self.items[by.questionnaire, group.key]
            for item in group.items:
                self._initiative(items, item, by)
            for ended in group.ended:
                items.row(ended, by, None, "ended")
            # Those with ended initiatives alone are listed here too: they have nothing under way.
            if not group.items:
                items.without.append((by, group.none))

    def _initiative(self, items: ItemList, item: ItemContent, by: Respondent) -> None:
        self.puzzle.add(item, by.category)
        given = items.row(item, by, item.number, item.carried)
        kinds = (item.kind, item.status)
        said = [each for each in item.answers if each.chosen is not None and each.value in kinds]
        what = ", ".join(readable(answer, self.language) for answer in said)
        card = [(item.title, "card_strong"), (f"{by.name}\n{what}".strip(), "card")]
        for questionnaire, question in self.printed:
            # Two questionnaires may use the same key for different questions.
            answer = given.get(question.key) if questionnaire == by.questionnaire else None
            card.append((readable(answer, self.language) if answer else "", "card"))
        for theme in item.themes:
            # A theme that was taken out of the year has no sheet; its initiatives are in the lists.
            if theme in self.theme_sheets:
                self.theme_sheets[theme].append_styled(card)

    def _overview(self) -> None:
        corner, puzzle = self.word("theme"), self.puzzle
        self._matrix(self.word("theme_by_area"), corner, self.areas, puzzle.by_area)
        self.overview.append([])
        categories = dict(self.categories)
        if any(category == "" for _, category in puzzle.by_category):
            categories[""] = self.word("no_category")
        self._matrix(self.word("theme_by_category"), corner, categories, puzzle.by_category)
        self.overview.append([])
        self.overview.append([self.word("several")])

    def _matrix(
        self,
        title: str,
        corner: str,
        across: Mapping[str, str],
        counts: Mapping[tuple[str, str], int],
    ) -> None:
        self.overview.styled([title], "title")
        self.overview.styled([corner, *across.values(), self.word("total")], "heading")
        for key, name in self.themes.items():
            found = [counts.get((key, other), 0) for other in across]
            cells = [(count, "number" if count else "gap") for count in found]
            # Initiatives, not the sum of the cells: one may be in several of them.
            total = (self.puzzle.by_theme[key], "number")
            self.overview.append_styled([(name, "strong"), *cells, total])

    def _read_me(self, counts: Mapping[str, int]) -> None:
        meeting, word, language = self.meeting, self.word, self.language
        self.read_me.styled([f"{word('pack')} {names.meeting(meeting.kind, language)}"], "title")
        place = ", ".join(part for part in (meeting.place, meeting.address) if part)
        rows = [
            ("meeting", f"{dates.span(meeting.starts_at, meeting.ends_at, language)}, {place}"),
            ("made_at", dates.day_time(self.cover.made_at, language)),
            ("made_by", self.cover.made_by),
            ("registry", meeting.registry_number),
            ("filter", word("filter_is")),
            *self._answers_of(counts),
            ("unreadable", "; ".join(self.unreadable)),
            *self._items_of(counts),
            ("coming", str(counts["participants"])),
            ("to_reconfirm", str(counts["to_reconfirm"] or "")),
            ("offered", str(counts["offered"] or "")),
            ("left_out", word("left_out_is")),
            ("public", word("public_is")),
        ]
        for key, text in rows:
            if text:
                heading = word(key) if key in WORDS else key
                self.read_me.append_styled([(heading, "strong"), (text, "wrap")])
        self.read_me.append([])
        self.read_me.styled([word("sheets"), word("content")], "heading")
        for sheet, about in self._contents():
            self.read_me.append_styled([(sheet.sheet.title, "strong"), (about, "wrap")])

    def _answers_of(self, counts: Mapping[str, int]) -> list[tuple[str, str]]:
        """How many of those asked have answered, each questionnaire by itself."""
        if not self.several:
            return [("answers_of", f"{counts['organisations']} / {counts['asked']}")]
        return [
            (f"{self.word('answers_of')}: {one.title}", f"{len(one.answered)} / {counts['asked']}")
            for one in self.awaited
        ]

    def _items_of(self, counts: Mapping[str, int]) -> list[tuple[str, str]]:
        """How many initiatives there are, in each list by itself."""
        if len(self.items) == 1:
            return [("count_initiatives", str(counts["initiatives"]))]
        return [(items.label.title, str(items.items)) for items in self.items.values()]

    def _contents(self) -> Iterator[tuple[Sheet, str]]:
        """The sheets after the cover, each with what it holds."""
        yield self.overview, self.word("about_overview")
        for sheet in self.theme_sheets.values():
            yield sheet, self.word("about_theme")
        for items in self.items.values():
            yield items.sheet, items.content
        for sheet, about in (
            (self.all_answers, "about_all_answers"),
            (self.structures, "about_structures"),
            (self.participants, "about_participants"),
            (self.not_answered, "about_not_answered"),
        ):
            yield sheet, self.word(about)

    def _category(self, key: str) -> str:
        return self.categories.get(key, self.word("no_category"))


def _theme_names(meeting: Meeting, language: str) -> dict[str, str]:
    themes = meeting.year.themes
    return {theme.key: theme.en if language == "en" else theme.sv for theme in themes}


def _area_names(questions: list[CodeBookQuestion], language: str) -> dict[str, str]:
    asking = [question for question in questions if question.source == "focus_areas"]
    options = (option for question in asking for option in question.options)
    return {option.key: option.label.to(language) for option in options}
