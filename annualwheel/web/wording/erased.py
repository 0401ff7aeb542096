"""What somebody is called whose details have been erased: a word, in the language of the page."""

from __future__ import annotations

from flask_babel import gettext as _

from annualwheel.models import Person
from annualwheel.privacy import erasure


def called(person: Person) -> str:
    """The person's name, in templates `{{ registration.person|called }}`."""
    return str(_("Borttagen person")) if person.given == erasure.NOBODY else person.name


def both_names(person: Person) -> tuple[str, str]:
    """Given and family name in columns of their own; the word alone for whom we no longer name."""
    return (called(person), "") if person.given == erasure.NOBODY else (person.given, person.family)
