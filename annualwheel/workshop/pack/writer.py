"""Writes a pack: one pass over the submitted answers fills all its sheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from annualwheel.models import Meeting
from annualwheel.registrations import turnout
from annualwheel.wording import names
from annualwheel.workbooks.sheets import BookWords, StyledWorkbook
from annualwheel.workshop import attendance, submitted
from annualwheel.workshop.pack.all_answers import AllAnswers
from annualwheel.workshop.pack.by_organisation import ByOrganisation
from annualwheel.workshop.pack.by_question import ByQuestion
from annualwheel.workshop.pack.by_theme import ByTheme
from annualwheel.workshop.pack.cards import Cards
from annualwheel.workshop.pack.codes import CodeBook
from annualwheel.workshop.pack.documentation import Documentation
from annualwheel.workshop.pack.facts import CoverFacts, Facts, Part, Rank
from annualwheel.workshop.pack.items import ItemLists
from annualwheel.workshop.pack.overview import Overview
from annualwheel.workshop.pack.partners import Partners
from annualwheel.workshop.pack.people import Participants, Silent
from annualwheel.workshop.pack.read_me import ReadMe
from annualwheel.workshop.pack.seeking import Seeking
from annualwheel.workshop.submitted import Respondent

Progress = Callable[[int], None]
REPORT_EVERY = 100
Made = TypeVar("Made", bound=Part)


class PackWriter:
    """Writes the pack of a meeting: only submitted answers, the latest version of each.

    It leaves out needs and contact details.
    """

    def __init__(self, meeting: Meeting, cover: CoverFacts) -> None:
        self.facts = facts = Facts(meeting, cover)
        title = f"{facts.word('pack')} {names.meeting(meeting.kind, facts.language)}"
        self.book = StyledWorkbook(title, cover.region, facts.language, _words(facts))
        self.awaited = attendance.awaited(meeting, cover.made_at)
        self.overview = Overview(facts, self.book, self.awaited)
        self.items = ItemLists(facts, self.book)
        self.read_me = ReadMe(facts, self.book)
        others = (
            Cards,
            Documentation,
            Partners,
            Seeking,
            ByTheme,
            ByQuestion,
            ByOrganisation,
            AllAnswers,
            Participants,
            Silent,
            CodeBook,
        )
        self.parts: list[Part] = [
            self.overview,
            self.items,
            *(part(facts, self.book) for part in others),
        ]
        self.unreadable: list[str] = []

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
        chosen = submitted.respondents(self.facts.meeting)
        # One pass over the answers fills all sheets at once: reading them is what costs.
        for number, answer in enumerate(submitted.stream(chosen), 1):
            if answer.is_readable:
                for part in self.parts:
                    part.add(answer)
            else:
                self.unreadable.append(answer.by.name)
            if number % REPORT_EVERY == 0:
                progress(number)
        for part in self.parts:
            part.close()
        self.book.keep_long_texts(Rank.LONG)
        counts = self._counts(chosen)
        contents = [found for part in self.parts for found in part.contents()]
        contents += [(sheet, self.facts.word("about_long")) for sheet in self.book.of_long_texts]
        contents.sort(key=lambda found: found[0].layout.rank)
        self.read_me.write(counts, self.awaited, self._lists(), self.unreadable, contents)
        self.book.save(path)
        return counts

    def _lists(self) -> list[tuple[str, int]]:
        """The lists of initiatives that were asked for, with how many each holds."""
        return [(each.label.title, each.items) for each in self.items.lists.values()]

    def _counts(self, chosen: list[Respondent]) -> dict[str, int]:
        people = turnout.funnel(self.facts.meeting)
        counts = {
            "answers": len(chosen),
            "unreadable": len(self.unreadable),
            "initiatives": self.overview.puzzle.initiatives,
            "participants": people.coming,
            "to_reconfirm": people.to_reconfirm,
            "offered": people.offered,
        }
        for one in self.awaited:
            counts[f"answered:{one.questionnaire}"] = one.answered
            counts[f"asked:{one.questionnaire}"] = len(one.asked)
        return counts


def _words(facts: Facts) -> BookWords:
    """What the workbook says by itself."""
    word = facts.word
    return BookWords(
        word("long_texts"),
        word("cut"),
        (word("place"), word("id"), word("question"), word("part"), word("text")),
        word("page"),
        word("of"),
    )
