"""How somebody attends and whether they eat.

Every form asks it in which staff write a reply for somebody.
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


def _attendance(seat: Registration) -> dict[str, Any]:
    lunch = next((name for name, eats in LUNCH.items() if eats is seat.lunch), None)
    return {"mode": seat.mode, "lunch": lunch}


def _keep(seat: Registration) -> None:
    """Keeps the registration and its person as they are.

    A new address concerns all meetings of the person, and their locks have an order.
    """
    address_change.lock(seat.person)
    seats.lock(seat)


class AttendingForm(StaleSafeForm):
    """A form about a registration.

    `mode` and `lunch` are taken out where the meeting does not ask.
    """

    seat: Registration
    mode = RadioField(_l("Hur"), [OneOf(_l("Välj på plats eller digitalt"))], validate_choice=False)
    lunch = RadioField(_l("Äter personen lunch på mötet?"), validate_choice=False)

    @classmethod
    def of(cls, seat: Registration) -> Self:
        """The form with what holds now, and without questions the meeting does not ask."""
        form = cls(lambda: {**_attendance(seat), **cls.known(seat)}, lambda: _keep(seat))
        form.seat = seat
        form.mode.choices = [
            SelectChoice(option.mode, words.label(option.mode, "mode"))
            for option in seat.meeting.options
        ]
        form.lunch.choices = [SelectChoice("yes", _("Ja")), SelectChoice("no", _("Nej"))]
        if len(form.mode.choices) < 2:
            del form.mode
        if not seat.meeting.with_lunch:
            del form.lunch
        return form

    @staticmethod
    def known(seat: Registration) -> dict[str, Any]:
        """What holds now in the form's other fields."""
        return {"title": seat.title}

    def validate_lunch(self, field: Field) -> None:
        """Whoever is to come to the place is asked.

        Who comes already and has not said is not kept from a change of something else.
        """
        comes_already = self.seat.mode == "on_site" and self.seat.state in CAN_BE_CHANGED
        if self.attends == "on_site" and field.data not in LUNCH and not comes_already:
            raise ValidationError(_("Välj om personen äter lunch på mötet"))

    @property
    def attends(self) -> str:
        """The way of attending that is chosen.

        The registration's own where there is nothing to choose.
        """
        return str(self.mode.data) if self.mode else self.seat.mode

    @property
    def eats(self) -> bool | None:
        """Whether the person eats; nobody eats on a screen."""
        return LUNCH.get(self.lunch.data) if self.lunch and self.attends == "on_site" else None
