"""What stands beside a field.

Who wrote it, the way to its former texts, and what was answered the year before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annualwheel.preparation.drafts import Stored
from annualwheel.questionnaires.definition import QuestionType
from annualwheel.questionnaires.values import is_blank
from annualwheel.web.preparation.sheets import QuestionForm


@dataclass(frozen=True)
class Beside:
    """`by` is given when several write in the answer.

    `earlier`: the text of the year before; `usable`: into an empty field.

    `fetched`: it has just been put there; `kept`: it was not, since something had been written.
    """

    by: Stored | None
    former: bool
    earlier: str
    usable: bool
    fetched: bool
    kept: bool


def of(
    sheet: QuestionForm | None,
    several: bool,
    former: Mapping[int, set[str]],
    earlier: Mapping[str, str],
    asked: Mapping[str, str],
) -> dict[str, Beside]:
    """By field.

    `former` are the fields with former texts by item, `earlier` the texts of the year before by
    question, and `asked` what the address says has just been done (see `sections`).
    """
    if sheet is None:
        return {}
    place = sheet.place
    with_former = former.get(place.id, set())
    found = {}
    for question in sheet.fields:
        key = question.key
        text = earlier.get(key, "") if question.type is QuestionType.LONG_TEXT else ""
        found[key] = Beside(
            by=_written(place.stored.get(key)) if several else None,
            former=key in with_former,
            earlier=text,
            usable=bool(text) and is_blank(sheet.form[key].data),
            fetched=asked.get("hamtat") == key,
            kept=asked.get("fanns") == key,
        )
    return found


def _written(stored: Stored | None) -> Stored | None:
    """What stands in a field, None where nothing is written."""
    return stored if stored and not is_blank(stored.value) else None
