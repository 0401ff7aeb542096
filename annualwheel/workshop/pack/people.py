"""The lists of people and organisations: who comes, and who has not answered."""

from __future__ import annotations

from collections.abc import Sequence

from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workshop import attendance
from annualwheel.workshop.pack.facts import OneSheet, Part, Rank

# Left out where everybody has the same: it would be paper without a word.
TELLS_APART = ("role", "category", "mode", "state")


class Participants(Part):
    """Everyone who holds a seat, to tick off and to seat at tables.

    No contact details, and no needs.
    """

    about = "about_participants"

    def close(self) -> None:
        """Writes the sheet."""
        facts, word = self.facts, self.facts.word
        people = attendance.seated(facts.meeting)
        if not people:
            return
        widths = (
            ("family", 18),
            ("given", 15),
            ("role", 24),
            ("organisation", 28),
            ("category", 20),
            ("mode", 11),
            ("state", 18),
        )
        rows = [
            {
                "family": one.family,
                "given": one.given,
                "role": one.title,
                "organisation": one.organisation,
                "category": facts.category(one.category),
                "mode": word(one.mode),
                "state": word(one.state),
            }
            for one in people
        ]
        same = [key for key in TELLS_APART if len({row[key] for row in rows}) == 1]
        shown = [(key, width) for key, width in widths if key not in same]
        columns = [Column(word(key), width, wrap=True) for key, width in shown]
        columns += [Column(word("table"), 7), Column(word("here"), 7)]
        sheet = self.make(Layout(word("participants"), columns, Rank.PARTICIPANTS, frozen=2))
        for row in rows:
            # Two empty cells to write in, with a line to write on.
            cells = [(row[key], "ruled_row") for key, _width in shown]
            sheet.append_styled([*cells, ("", "ruled_row"), ("", "ruled_row")])


class Silent(OneSheet):
    """Those who were asked and have not answered, to call or to mail."""

    about = "about_not_answered"

    def close(self) -> None:
        """Writes who has not answered each questionnaire that has opened."""
        facts, word = self.facts, self.facts.word
        for one in attendance.awaited(facts.meeting, facts.cover.made_at):
            for silent in one.silent:
                row: list[object] = [
                    silent.name,
                    facts.category(silent.category),
                    silent.lead,
                    word("draft" if silent.begun else "none"),
                    silent.seats,
                ]
                if facts.several:
                    row.append(facts.title(one.questionnaire))
                self.sheet.append(row)

    def layout(self) -> Layout:
        """Its columns."""
        word = self.facts.word
        columns: Sequence[Column] = (
            Column(word("awaited"), 36, wrap=True),
            Column(word("category"), 20),
            Column(word("lead"), 24),
            Column(word("state"), 22),
            Column(word("seats"), 10),
            *([Column(word("questionnaire"), 34, wrap=True)] if self.facts.several else ()),
        )
        return Layout(word("not_answered"), columns, Rank.SILENT)
