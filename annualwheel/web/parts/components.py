"""What /komponenter shows: a form with every kind of field and two errors, and sample rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Email, InputRequired, Optional

from annualwheel.listing import Order, Page
from annualwheel.web import lists
from annualwheel.web.forms import BaseForm
from annualwheel.web.lists import Column
from annualwheel.web.parts.wheel import Caption, Centre, WheelMeeting, WheelPhase, wheel

AREAS = [
    SelectChoice("livsvillkor", _l("Förbättra livsvillkoren")),
    SelectChoice("kompetens", _l("Höja kompetensen")),
    SelectChoice("platser", _l("Utveckla attraktiva platser")),
    SelectChoice("konkurrenskraft", _l("Stärka konkurrenskraften")),
]


class ExampleForm(BaseForm):
    """One field of each kind. It belongs to no subject and stores nothing."""

    name = StringField(_l("Namn"), [InputRequired(_l("Skriv ditt namn"))])
    email = EmailField(
        _l("E-postadress"),
        [Email(_l("Skriv e-postadressen med @, till exempel anna.berg@kommun.example"))],
        description=_l("Hit skickar vi bekräftelse och kalenderbokning"),
    )
    mobile = TelField(
        _l("Mobilnummer"),
        [Optional()],
        description=_l("Används bara om något ändras strax före mötet"),
    )
    day = DateField(_l("Dag"), [Optional()], description=_l("Till exempel 2027-01-14"))
    area = SelectField(_l("Insatsområde"), choices=AREAS)
    areas = SelectMultipleField(
        _l("Vilka insatsområden bidrar det till?"),
        choices=AREAS,
        description=_l("Välj ett eller två"),
    )
    lunch = RadioField(
        _l("Äter du lunch på mötet?"),
        [InputRequired(_l("Välj om du äter lunch på mötet"))],
        choices=[SelectChoice("ja", _l("Ja")), SelectChoice("nej", _l("Nej"))],
        validate_choice=False,
    )
    learned = TextAreaField(
        _l("Vad har ni lärt er hittills?"),
        description=_l("Skriv som du skulle berätta för en kollega i en annan kommun"),
    )
    others = BooleanField(_l("Jag svarar åt någon annan"))
    people = FileField(
        _l("Fil med personer"), [Optional()], description=_l("Excel eller CSV, högst 10 MB")
    )


def example_form() -> ExampleForm:
    """The form after somebody forgot two things."""
    form = ExampleForm(
        formdata=None,
        data={
            "name": "Maria Lindqvist",
            "email": "maria.hagfors.example",
            "areas": ["kompetens"],
            "area": "kompetens",
            "learned": "Navet fungerar när tre kommuner delar på en samordnare.",
        },
    )
    form.email.errors = [_("Skriv e-postadressen med @, till exempel anna.berg@kommun.example")]
    form.lunch.errors = [_("Välj om du äter lunch på mötet")]
    return form


def example_list() -> lists.ListPage:
    """The second of seven pages of a list that is sorted by its first column."""
    columns = (
        Column("category", "typ", _l("Typ av organisation")),
        Column("coming", "kommer", _l("Kommer"), "number"),
        Column("missing", "saknas", _l("Utan någon anmäld"), "number"),
    )
    return lists.ListRequest(columns, Order("category")).shown(Page([], 2, 7, 320))


def example_wheel(language: str) -> str:
    """The year 2027 on 23 November 2026: one phase done, one open, the rest ahead."""
    caption = Caption(
        _("Årshjulet 2027, bild"),
        _("Ring med årets tolv månader och tre möten. Samma uppgifter finns i korten bredvid."),
    )
    centre = Centre("60", (_("dagar till"), _("arbetsmötet")))
    today = dt.date(2026, 11, 23)
    return wheel(_example_meetings(), today, 2027, caption, language=language, centre=centre)


def _phases(*edges: tuple[dt.date, dt.date]) -> tuple[WheelPhase, ...]:
    """Four phases ahead, in order."""
    kinds = ("invitation", "registration", "preparation", "followup")
    return tuple(
        WheelPhase(kind, *edge, state="todo") for kind, edge in zip(kinds, edges, strict=True)
    )


def _example_meetings() -> tuple[WheelMeeting, ...]:
    day = dt.date
    work = (
        WheelPhase("invitation", day(2026, 11, 2), day(2026, 11, 15), "done"),
        WheelPhase("registration", day(2026, 11, 16), day(2026, 12, 11), "now", 0.72),
        WheelPhase("preparation", day(2026, 12, 12), day(2027, 1, 14), "todo"),
        WheelPhase("followup", day(2027, 1, 28), day(2027, 2, 19), "todo"),
    )
    return (
        WheelMeeting("A", day(2027, 1, 22), work, is_next=True),
        WheelMeeting(
            "R",
            day(2027, 3, 12),
            _phases(
                (day(2027, 1, 18), day(2027, 1, 31)),
                (day(2027, 2, 1), day(2027, 2, 19)),
                (day(2027, 2, 20), day(2027, 3, 5)),
                (day(2027, 3, 19), day(2027, 4, 16)),
            ),
        ),
        WheelMeeting(
            "K",
            day(2027, 9, 24),
            _phases(
                (day(2027, 5, 17), day(2027, 6, 6)),
                (day(2027, 6, 7), day(2027, 8, 27)),
                (day(2027, 8, 28), day(2027, 9, 14)),
                (day(2027, 10, 2), day(2027, 10, 29)),
            ),
        ),
    )


def examples(language: str) -> dict[str, Any]:
    """The context of `komponenter.html`."""
    return {"form": example_form(), "wheel": example_wheel(language), "list": example_list()}
