"""What the pages of sending say for each kind of mailing. `staff_words` has the kinds' names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

LATE = _l("De hade hunnit svara, eller hade redan fått mejlet.")


@dataclass(frozen=True)
class PageWords:
    """The sentences of a kind that a person composes, looked up when they are shown.

    `skipped`: why some who were confirmed got no mail. Where the recipients are chosen, `whom` asks
    for the choice and `search` for the people to pick.
    """

    skipped: Any = LATE
    whom: Any = ""
    search: Any = ""


PAGES = {
    "save_the_date": PageWords(
        skipped=_l("De hade hunnit få mejlet på annat sätt, eller en inbjudan."),
        whom=_l("1. Vilka ska få mejlet?"),
        search=_l("Sök fram de personer som ska få mejlet."),
    ),
    "invitation": PageWords(
        skipped=_l("De hade hunnit få en inbjudan på annat sätt."),
        whom=_l("1. Vilka ska få inbjudan?"),
        search=_l("Sök fram de personer som ska få inbjudan."),
    ),
    "reminder": PageWords(),
    "joining": PageWords(
        skipped=_l("De hade hunnit få veta det på annat sätt, eller hade inte platsen kvar."),
    ),
    "preparation": PageWords(),
    "preparation_reminder": PageWords(),
    "results": PageWords(),
}
# Shown while the questionnaire that a mail leads to has not opened, by when it is asked.
TOO_EARLY = {
    "before": _l(
        "Förberedelsen öppnar %(day)s. Den som öppnar länken före dess kan inte skriva än."
    ),
    "after": _l("Frågorna öppnar %(day)s. Den som öppnar länken före dess kan inte skriva än."),
}
