"""What somebody is called whose details have been erased: a word, in the language of the page."""

from __future__ import annotations

from flask_babel import gettext as _

from annualwheel.models import Person
from annualwheel.privacy import erasure


def called(person: Person) -> str:
    """The person's name, in templates `{{ registration.person|called }}`."""
    return str(_("Borttagen person")) if person.given == erasure.NOBODY else person.name
