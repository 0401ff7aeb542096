"""What stands beside a field: who wrote it, the way to its former texts, and what was answered the
year before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annualwheel.questionnaires.definition import QuestionType
from annualwheel.questionnaires.drafts import Stored
from annualwheel.questionnaires.values import blank
from annualwheel.web.preparation.sheets import Sheet


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
    sheet: Sheet | None,
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
    found = {}
    for question in sheet.fields:
        stored, empty = sheet.place.stored.get(question.key), blank(sheet.form[question.key].data)
        text = earlier.get(question.key, "") if question.type is QuestionType.LONG_TEXT else ""
        found[question.key] = Beside(
            stored if several and stored and not blank(stored.value) else None,
            question.key in former.get(sheet.place.id, ()),
            text,
            bool(text) and empty,
            asked.get("hamtat") == question.key,
            asked.get("fanns") == question.key,
        )
    return found
