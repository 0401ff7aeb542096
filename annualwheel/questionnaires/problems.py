"""What can be wrong in a questionnaire's file.

The words tell the person who wrote the file how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

WORDS = {
    "syntax": "filen går inte att läsa som TOML: {reason}",
    "encoding": "filen är inte sparad som UTF-8",
    "unknown_field": "okänt fält ”{field}”. Tillåtna fält: {allowed}",
    "missing_field": "fältet ”{field}” saknas",
    "wrong_kind": "fältet ”{field}” ska vara {kind}",
    "no_swedish": "”{field}” saknar svensk text (sv)",
    "no_english": "”{field}” saknar engelsk text (en)",
    "bad_key": (
        "nyckeln ”{value}” får bara ha gemener a–z, siffror och _, och ska börja med en bokstav"
    ),
    "reserved_key": "nyckeln ”{value}” är upptagen. Välj ett annat ord",
    "duplicate_key": "nyckeln ”{value}” finns redan",
    "duplicate_option": "alternativet ”{value}” finns två gånger",
    "duplicate_file": "formuläret ”{value}” finns också i {other}",
    "unknown_value": "”{value}” är inte något av {allowed} i fältet ”{field}”",
    "out_of_range": "”{field}” ska vara mellan {low} och {high}",
    "no_options": "frågan har inga alternativ. Skriv options eller source",
    "two_lists": "frågan har både options och source. Välj en av dem",
    "not_for_type": "fältet ”{field}” hör inte till frågor av typen {type}",
    "no_error": "frågan är obligatorisk men saknar error, det vi säger när svaret fattas",
    "counted_place": (
        "en fråga med counted ska vara ett val (choice) med egna alternativ, utan fritext, i ett "
        "avsnitt som ställs en gång till varje person"
    ),
    "folded_required": "frågan är obligatorisk och får inte vara folded",
    "folded_first": "frågan är inte folded men kommer efter en som är det",
    "show_if_unknown": (
        "show_if pekar på ”{question}”, som inte är en tidigare fråga här eller i "
        "ett tidigare avsnitt"
    ),
    "show_if_type": "show_if pekar på ”{question}”, som inte är en fråga med alternativ",
    "show_if_value": "show_if väntar på ”{value}”, som inte är ett alternativ i ”{question}”",
    "show_if_hidden": (
        "show_if pekar på ”{question}” i ett annat avsnitt, och den är själv dold ibland"
    ),
    "empty_section": "avsnittet har varken frågor eller grupp",
    "group_per_theme": "ett avsnitt som upprepas per tema kan inte ha en grupp",
    "one_day": "skriv både opens och closes, eller ingen av dem",
    "days_backwards": "closes är före opens",
    "days_on_other_side": (
        "dagarna räknas från mötets dag och passar inte when = ”{timing}”: före mötet är 0 eller "
        "mindre, efter mötet är 0 eller mer"
    ),
    "group_question": (
        "”{field}” pekar på ”{question}”, som inte är en fråga i gruppen av rätt "
        "typ som alltid visas"
    ),
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong.

    `section` and `question` are keys, or None outside them; `key` names the rule in `WORDS`.
    """

    file: str
    section: str | None
    question: str | None
    key: str
    params: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """A line in Swedish that names the file, the section and question, and what is wrong."""
        section = f", avsnitt {self.section}" if self.section else ""
        question = f", fråga {self.question}" if self.question else ""
        return f"{self.file}{section}{question}: {WORDS[self.key].format(**self.params)}"


class DefinitionError(ValueError):
    """Every problem found in one or more files, at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Findings:
    """Collects problems while a file is read, and knows where in the file the reader is.

    `damaged` are the keys of questions that hold a stand-in: later checks say nothing about them.
    """

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self.section: str | None = None
        self.question: str | None = None
        self.problems: list[Problem] = []
        self.damaged: set[str] = set()

    def add(self, key: str, **params: object) -> None:
        """Notes a problem in the section and question that are being read."""
        self.problems.append(Problem(self.file, self.section, self.question, key, params))
