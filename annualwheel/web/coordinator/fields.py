"""Days, times and numbers as coordinators type them, and the form fields for when and where."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.validators import ValidationError

from annualwheel.clock import STOCKHOLM, is_on_clock, local
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Meeting
from annualwheel.questionnaires import values
from annualwheel.web.forms import Required, strip

THIS_CENTURY = range(2000, 2101)
TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?")


def parse_day(text: str, in_year: int | None = None) -> dt.date:
    """A day in this century, written as 2027-01-22, 22/1 2027 or 22 januari 2027.

    Without a year it is in `in_year`, when that is given. Raises `ValueError`.
    """
    day = dt.date.fromisoformat(values.date(text, in_year))
    # Phases are counted from it, and `dt.date` ends at the years 1 and 9999.
    if day.year not in THIS_CENTURY:
        raise ValueError(text)
    return day


def parse_near(text: str, near: dt.date) -> dt.date:
    """A day as `parse_day` reads it; one without a year is the nearest such day to `near`.

    Raises `ValueError`.
    """
    found = []
    for year in (near.year - 1, near.year, near.year + 1):
        # The 29th of February is in some years only.
        with contextlib.suppress(ValueError):
            found.append(parse_day(text, year))
    if not found:
        raise ValueError(text)
    return min(found, key=lambda day: abs(day - near))


def parse_time(text: str) -> dt.time:
    """A time written as 9.00, 09:00 or 9. Raises `ValueError`."""
    found = TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return dt.time(int(found[1]), int(found[2] or 0))


class Parsed:
    """Refuses what `parse` does not understand. The sentence shows how to write it."""

    field_flags: dict[str, Any] = {}

    def __init__(self, parse: Any, message: Any, optional: bool = False) -> None:
        self.parse, self.message, self.optional = parse, message, optional
        self.field_flags = {"optional": True} if optional else {}

    def __call__(self, form: Any, field: Field) -> None:
        if self.optional and not field.data:
            return
        try:
            self.parse(field.data or "")
        except ValueError as problem:
            raise ValidationError(str(self.message)) from problem


class IsDay:
    """Refuses what is no day, and stores the day as 2027-01-22.

    A day that is typed without a year is the one nearest to `near`, where that is given, else in
    the form's `in_year`, where it has one.
    """

    field_flags: dict[str, Any] = {}

    def __init__(self, near: dt.date | None = None) -> None:
        self.near = near

    def __call__(self, form: Any, field: Field) -> None:
        typed = field.data or ""
        try:
            day = (
                parse_near(typed, self.near)
                if self.near
                else parse_day(typed, getattr(form, "in_year", None))
            )
            field.data = day.isoformat()
        except ValueError as problem:
            raise ValidationError(
                _("Skriv en dag, till exempel 22 januari eller 2027-01-22")
            ) from problem


def day_field(label: Any, near: dt.date | None = None) -> StringField:
    """A field for a day; `near` as in `IsDay`."""
    # Not `type=date`: coordinators type and paste days as people write them, also without a year.
    return StringField(
        label, [IsDay(near)], filters=[strip], description=_l("Till exempel 2027-01-22")
    )


def time_field(label: Any) -> StringField:
    """A field for a time of day."""
    return StringField(
        label, [Parsed(parse_time, _l("Skriv tiden som 9.00 eller 15.30"))], filters=[strip]
    )


class AppointmentFields:
    """The fields for when and where a meeting is."""

    in_year: int | None = None
    day = day_field(_l("Dag"))
    starts = time_field(_l("Börjar"))
    ends = time_field(_l("Slutar"))
    place = StringField(_l("Plats"), [Required(_l("Skriv var mötet är"))], filters=[strip])
    address = StringField(_l("Adress"), filters=[strip])


def typed(meeting: Meeting) -> dict[str, str]:
    """When and where a meeting is, as a person would type it."""
    starts, ends = local(meeting.starts_at), local(meeting.ends_at)
    return {
        "day": starts.date().isoformat(),
        "starts": starts.strftime("%H.%M"),
        "ends": ends.strftime("%H.%M"),
        "place": meeting.place,
        "address": meeting.address,
    }


def appointment(form: Any, prefix: str = "") -> Appointment:
    """When and where, from a form that has been accepted."""
    day = parse_day(form[f"{prefix}day"].data)
    starts, ends = (parse_time(form[prefix + name].data) for name in ("starts", "ends"))
    return Appointment(
        _moment(day, starts),
        _moment(day, ends),
        form[f"{prefix}place"].data,
        form[f"{prefix}address"].data,
    )


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    # What is typed is Stockholm's clock, summer or winter by that very day.
    return dt.datetime.combine(day, time, STOCKHOLM).astimezone(dt.UTC)


def require_order(form: Any, prefix: str = "") -> bool:
    """Whether the meeting ends after it starts, at times that there are.

    Otherwise the field that is wrong says so.
    """
    if not _are_on_clock(form, prefix):
        return False
    at = appointment(form, prefix)
    if at.ends_at > at.starts_at:
        return True
    form[f"{prefix}ends"].errors = (_("Mötet ska sluta efter att det har börjat"),)
    return False


def _are_on_clock(form: Any, prefix: str) -> bool:
    """Whether both times are on the clock that day; it skips an hour when summer time begins."""
    day = parse_day(form[f"{prefix}day"].data)
    fields = [form[prefix + name] for name in ("starts", "ends")]
    skipped = [field for field in fields if not is_on_clock(day, parse_time(field.data))]
    for field in skipped:
        field.errors = (
            _("Den tiden finns inte: klockan ställs om från 2.00 till 3.00 den här dagen"),
        )
    return not skipped
