"""The cover: what the pack is, how to read it, and what each sheet holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from annualwheel.registrations.states import HOLDS_SEAT
from annualwheel.wording import dates, names
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import Link, Sheet
from annualwheel.workshop.attendance import AskedQuestionnaire
from annualwheel.workshop.pack.facts import Facts, OneSheet, Rank

LABEL, NUMBER, TEXT = 32.0, 8.0, 56.0


class ReadMe(OneSheet):
    """The first sheet."""

    def layout(self) -> Layout:
        """A label, a number, and a text that begins at the number where there is none."""
        columns = (Column("", LABEL), Column("", NUMBER), Column("", TEXT))
        return Layout(self.facts.word("read_me"), columns, Rank.COVER, frozen=0, portrait=True)

    def write(
        self,
        counts: Mapping[str, int],
        awaited: list[AskedQuestionnaire],
        items: list[tuple[str, int]],
        unreadable: list[str],
        contents: Sequence[tuple[Sheet, str]],
    ) -> None:
        """Writes the sheet.

        `items` are the lists of initiatives with how many they hold, `unreadable` those whose
        answers are left out, and `contents` all other sheets with what they hold.
        """
        facts, word, language = self.facts, self.facts.word, self.facts.language
        sheet = self.sheet
        sheet.styled([_title(facts)], "title")
        meeting = facts.meeting
        place = ", ".join(part for part in (meeting.place, meeting.address) if part)
        self._text(
            "meeting", f"{dates.span(meeting.starts_at, meeting.ends_at, language)}, {place}"
        )
        self._text("made_at", dates.day_time(facts.cover.made_at, language))
        self._text("made_by", facts.cover.made_by)
        self._text("registry", meeting.registry_number)
        self._text("filter", word("filter_is"))
        for one in awaited:
            self._answered(one)
        self._text("unreadable", "; ".join(unreadable))
        for title, count in items:
            self._number(title, count)
        self._number(word("coming"), counts["participants"])
        # A seat is held for these, who have not said yes to it.
        for state in HOLDS_SEAT:
            if counts.get(state):
                self._number(word(state), counts[state])
        self._text("left_out", word("left_out_is"))
        self._text("public", word("public_is"))
        sheet.append([])
        sheet.styled([word("sheets"), word("content"), ""], "heading")
        for other, about in contents:
            sheet.joined([(Link(other.title, to=other), "link"), (about, "wrap")], 3)
        sheet.append([])
        sheet.styled([word("how_to_read"), "", ""], "heading")
        for key in ("how_to_filter", "how_to_fold", "how_to_go_on", "how_to_find"):
            sheet.joined([(word(key), "wrap")], 3)

    def _text(self, key: str, text: str) -> None:
        if text:
            self.sheet.joined([(self.facts.word(key), "strong"), (text, "wrap")], 3)

    def _number(self, label: str, number: int, note: str = "") -> None:
        self.sheet.append_styled([(label, "strong"), (number, "left"), (note, "wrap")])

    def _answered(self, one: AskedQuestionnaire) -> None:
        """How many of those asked have answered, each questionnaire by itself."""
        facts = self.facts
        label = facts.word("people_answered" if one.personal else "organisations_answered")
        if facts.several and one.questionnaire:
            label = f"{label}: {facts.title(one.questionnaire)}"
        self._number(label, one.answered, f"{facts.word('out_of')} {len(one.asked)}")


def _title(facts: Facts) -> str:
    return f"{facts.word('pack')} {names.meeting(facts.meeting.kind, facts.language)}"
