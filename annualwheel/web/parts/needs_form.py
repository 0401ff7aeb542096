"""The form for diet and access needs, and the sentence that people consent to."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Optional, ValidationError

from annualwheel.models import Registration
from annualwheel.registrations import needs
from annualwheel.web import page
from annualwheel.web.forms import SHORT, BaseForm, strip
from annualwheel.wording import dates


class NeedsForm(BaseForm):
    """Diet and access needs. They are taken only with an active tick (GDPR art. 9.2 a)."""

    diet = StringField(
        _l("Specialkost"),
        [Optional(), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "off"},
        description=_l("Till exempel vegetariskt eller allergi mot nötter"),
    )
    access = TextAreaField(
        _l("Behöver du något för att kunna delta?"),
        [Optional(), Length(max=1000, message=_l("Skriv högst 1 000 tecken"))],
        filters=[strip],
        description=_l("Till exempel tolk, plats nära dörren eller material i förväg"),
        render_kw={"autocomplete": "off"},
    )
    # Never ticked beforehand: silence is no consent (GDPR recital 32).
    consent = BooleanField()

    def validate_consent(self, field: Field) -> None:
        """Refuses needs without the tick; an empty form needs none."""
        if (self.diet.data or self.access.data) and not field.data:
            raise ValidationError(_("Kryssa i att du samtycker, eller ta bort det du skrev"))


def is_read_too_late(registration: Registration) -> bool:
    """Whether the page is only opened and needs can no longer be stated."""
    # Not so for a form that was sent: it is refused at the act and keeps what was typed.
    return request.method == "GET" and bool(needs.why_not(registration.meeting, page.now()))


def consent_to(registration: Registration) -> str:
    """The sentence that people consent to, with the day on which everything is erased."""
    day = dates.day(needs.erase_on(registration.meeting), page.language())
    sentence: str = _(
        "Jag samtycker till att uppgifterna används för att ordna specialkost och det jag behöver "
        "på plats. De raderas senast %(day)s, "
        "och jag kan radera dem själv när som helst.",
        day=day,
    )
    return sentence
