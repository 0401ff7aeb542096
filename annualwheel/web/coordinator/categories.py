"""Kinds of organisation as a coordinator chooses between them."""

from __future__ import annotations

from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from annualwheel.cycle import years
from annualwheel.models import Category
from annualwheel.web import page


def name_of(category: Category) -> str:
    """What a kind of organisation is called in the page's language."""
    return category.en if page.language() == "en" else category.sv


def named() -> list[tuple[str, str]]:
    """The key and the name of every kind of organisation, in order."""
    return [(one.key, name_of(one)) for one in years.reference(Category)]


def called(key: str) -> str:
    """The name of the kind of organisation that a list is narrowed to, "" where it is to none."""
    found: str = {**dict(named()), "-": _("Utan typ")}.get(key, "")
    return found


def choices() -> list[SelectChoice]:
    """Every kind of organisation in order, after an empty choice."""
    return [SelectChoice("", _("Välj typ")), *(SelectChoice(*one) for one in named())]


def by_key(key: str | None) -> Category | None:
    """The kind of organisation with that key, None when there is none."""
    return next((one for one in years.reference(Category) if one.key == key), None)
