"""Colleagues registered together: up to five rows, all of them or none."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, Field, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from annualwheel.contacts import folding
from annualwheel.contacts.folding import fold
from annualwheel.errors import Unreadable
from annualwheel.models import Registration
from annualwheel.participation import colleagues
from annualwheel.participation.colleagues import MOST, Colleague
from annualwheel.registrations import availability
from annualwheel.web import error_messages, page
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import SHORT, BaseForm, strip
from annualwheel.web.participant import acting, blueprint
from annualwheel.web.wording import words

NAMES = ("given", "family", "email", "title", "mode")
ADD = "lagg_till"


class ColleaguesForm(BaseForm):
    """Rows of fields: given_1, family_1, … An empty row stands for nobody.

    The first row must be filled in.
    """

    rows: int

    def row(self, number: int) -> list[Field]:
        """The fields of a row, from 1."""
        return [self[f"{name}_{number}"] for name in NAMES if f"{name}_{number}" in self]

    def is_empty(self, number: int) -> bool:
        """Whether nothing is typed in the row; a choice alone does not count."""
        return not any(strip(self[f"{name}_{number}"].data) for name in NAMES[:-1])

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each row by itself, and that no person is in two rows."""
        fine = super().validate(extra_validators)
        seen: dict[tuple[str, str], int] = {}
        numbers = range(1, self.rows + 1)
        for number in numbers:
            # An empty form says what is missing in its first row, and not that it has no rows.
            if number == 1 or not self.is_empty(number):
                self._check(number, seen)
        in_rows = (field for number in numbers for field in self.row(number))
        return fine and not any(field.errors for field in in_rows)

    def colleagues(self) -> list[Colleague]:
        """What was filled in."""
        numbers = range(1, self.rows + 1)
        return [self._colleague(number) for number in numbers if not self.is_empty(number)]

    def _colleague(self, number: int) -> Colleague:
        return Colleague(
            self[f"given_{number}"].data,
            self[f"family_{number}"].data,
            self[f"email_{number}"].data,
            self[f"title_{number}"].data,
            self._mode(number),
        )

    def _mode(self, number: int) -> str:
        if f"mode_{number}" not in self:
            return "on_site"
        return self[f"mode_{number}"].data or ""

    def _check(self, number: int, seen: dict[tuple[str, str], int]) -> None:
        given, family, email = (self[f"{name}_{number}"] for name in NAMES[:3])
        if not given.data:
            given.errors = [_("Skriv förnamnet på kollega %(number)s", number=number)]
        if not family.data:
            family.errors = [_("Skriv efternamnet på kollega %(number)s", number=number)]
        self._check_address(number)
        if f"mode_{number}" in self:
            self._check_mode(number)
        # By name and address: a mailbox may be shared by several people.
        person = fold(f"{given.data} {family.data}"), fold(email.data or "")
        if not email.errors and seen.setdefault(person, number) != number:
            same = _(
                "Kollega %(number)s är samma person som kollega %(other)s",
                number=number,
                other=seen[person],
            )
            email.errors = [same]

    def _check_address(self, number: int) -> None:
        email = self[f"email_{number}"]
        try:
            email.data = folding.normal_address(email.data or "")
        except Unreadable:
            wanted = _(
                "Skriv e-postadressen till kollega %(number)s med @, till exempel "
                "anna.berg@kommun.example",
                number=number,
            )
            email.errors = [wanted]

    def _check_mode(self, number: int) -> None:
        mode = self[f"mode_{number}"]
        if self._mode(number) not in {choice.value for choice in mode.choices}:
            mode.errors = [
                _("Välj om kollega %(number)s deltar på plats eller digitalt", number=number)
            ]


def colleagues_form(registration: Registration, rows: int) -> Any:
    """The form with that many rows, with the ways of attending where there is a choice."""
    modes = [
        SelectChoice(option.mode, words.label(option.mode, "mode"))
        for option in registration.meeting.options
    ]
    # Not a FieldList: the library drops rows above its limit in silence, and numbers the rest anew.
    fields: dict[str, Any] = {"rows": rows}
    for number in range(1, rows + 1):
        fields |= {
            f"given_{number}": StringField(_l("Förnamn"), [SHORT], filters=[strip]),
            f"family_{number}": StringField(_l("Efternamn"), [SHORT], filters=[strip]),
            f"email_{number}": EmailField(_l("E-postadress"), [SHORT], filters=[strip]),
            f"title_{number}": StringField(
                _l("Titel eller uppdrag"), [Optional(), SHORT], filters=[strip]
            ),
        }
        if len(modes) > 1:
            fields[f"mode_{number}"] = RadioField(
                _l("Hur deltar kollegan?"), choices=modes, validate_choice=False
            )
    return type("Rows", (ColleaguesForm,), fields)()


@blueprint.route("/kollegor", methods=["GET", "POST"])
def colleagues_in_one_go() -> Response | AnyResponse:
    """Registers colleagues. A press on *one more row* shows the form with all that was typed."""
    registration: Registration = g.registration
    refusal = colleagues.why_not(registration, page.now())
    adding = ADD in request.form
    form = colleagues_form(registration, min(_rows() + adding, MOST))
    became: list[colleagues.ColleagueOutcome] = []
    actor = acting()

    def register() -> None:
        # All rows in one act: either every one of them has an outcome or none has.
        people = form.colleagues()
        became.extend(colleagues.register_together(registration, people, page.now(), actor))

    if not adding and carried_out(form, register):
        session["colleagues"] = [[one.name, one.became] for one in became]
        return redirect(url_for("participant.colleagues_done"), code=303)
    status = 200 if adding else form.status
    html = render_template(
        "participant/colleagues.html",
        registration=registration,
        meeting=registration.meeting,
        form=form,
        why=error_messages.sentence(refusal) if refusal else "",
        # Where that is what is missing, the page leads there.
        may_register=availability.why_not(registration, "register", page.now()) is None,
        most=MOST,
    )
    return make_response(html, status)


@blueprint.get("/kollegor/klart")
def colleagues_done() -> str | AnyResponse:
    """Says what became of each row."""
    registration: Registration = g.registration
    if "colleagues" not in session:
        return redirect(url_for("participant.colleagues_in_one_go"), code=303)
    refusal = colleagues.why_not(registration, page.now())
    return render_template(
        "participant/colleagues_done.html",
        why=error_messages.sentence(refusal) if refusal else "",
        registration=registration,
        meeting=registration.meeting,
        rows=session["colleagues"],
    )


def _rows() -> int:
    """How many rows the sent page had."""
    sent = request.form.get("antal", "1")
    is_number = sent.isascii() and sent.isdecimal() and len(sent) < 3
    return max(1, min(int(sent), MOST)) if is_number else 1
