"""Why somebody does not come, as choices and as words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.fields import SelectChoice

REASONS = [
    SelectChoice("krock", _l("Krock i kalendern")),
    SelectChoice("fel_person", _l("Inte min fråga")),
    SelectChoice("annat", _l("Annat")),
]


def reason_words() -> dict[str, str]:
    """Why somebody does not come, by the key that is kept, in the page's language."""
    return {choice.value: str(choice.label) for choice in REASONS}
