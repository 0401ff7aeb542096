"""How somebody attends and whether they eat.

Every form in which staff write a reply for somebody asks this.
"""

from __future__ import annotations

from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from annualwheel.models import Registration
from annualwheel.participation import address_change
from annualwheel.registrations import seats
from annualwheel.registrations.states import CAN_BE_CHANGED
from annualwheel.web.coordinator.shown import StaleSafeForm
from annualwheel.web.forms import OneOf
from annualwheel.web.wording import words

LUNCH = {"yes": True, "no": False}


def _attendance(registration: Registration) -> dict[str, Any]:
    lunch = next((name for name, eats in LUNCH.items() if eats is registration.lunch), None)
    return {"mode": registration.mode, "lunch": lunch}


def _keep(registration: Registration) -> None:
    """Keeps the registration and its person as they are.

    A new address concerns all meetings of the person, and their locks have an order.
    """
    address_change.lock(registration.person)
    seats.lock(registration)


class AttendingForm(StaleSafeForm):
    """A form about a registration.

    The form has no `mode` or `lunch` where the meeting does not ask for it.
    """

    registration: Registration
    mode = RadioField(
        _l("Deltar"), [OneOf(_l("Välj på plats eller digitalt"))], validate_choice=False
    )
    lunch = RadioField(_l("Äter personen lunch på mötet?"), validate_choice=False)

    @classmethod
    def of(cls, registration: Registration) -> Self:
        """The form with what holds now, and without questions the meeting does not ask."""
        form = cls(
            lambda: {**_attendance(registration), **cls.known(registration)},
            lambda: _keep(registration),
        )
        form.registration = registration
        form.mode.choices = [
            SelectChoice(option.mode, words.label(option.mode, "mode"))
            for option in registration.meeting.options
        ]
        form.lunch.choices = [SelectChoice("yes", _("Ja")), SelectChoice("no", _("Nej"))]
        if len(form.mode.choices) < 2:
            del form.mode
        if not registration.meeting.with_lunch:
            del form.lunch
        return form

    @staticmethod
    def known(registration: Registration) -> dict[str, Any]:
        """The values now of the form's other fields."""
        return {"title": registration.title}

    def validate_lunch(self, field: Field) -> None:
        """Refuses no answer about lunch from somebody who will attend on site.

        A person who attends on site already and never said can still have something else changed.
        """
        comes_already = (
            self.registration.mode == "on_site" and self.registration.state in CAN_BE_CHANGED
        )
        if self.attends == "on_site" and field.data not in LUNCH and not comes_already:
            raise ValidationError(_("Välj om personen äter lunch på mötet"))

    @property
    def attends(self) -> str:
        """The chosen way of attending; the registration's own where there is no choice."""
        return str(self.mode.data) if self.mode else self.registration.mode

    @property
    def eats(self) -> bool | None:
        """Whether the person eats lunch; None online, where nobody does."""
        return LUNCH.get(self.lunch.data) if self.lunch and self.attends == "on_site" else None
