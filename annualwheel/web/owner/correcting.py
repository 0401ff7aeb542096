"""Correcting the own details, everywhere at once."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, RadioField, StringField, TelField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from annualwheel.models import Person
from annualwheel.privacy import own_data
from annualwheel.privacy.own_data import Correction
from annualwheel.web import page, security
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import (
    CHOOSE_LANGUAGE,
    SHORT,
    Address,
    BaseForm,
    Mobile,
    NameFields,
    strip,
)
from annualwheel.web.owner import blueprint


class OwnForm(NameFields, BaseForm):
    """A person's own details. `_form` adds a title for each organisation."""

    email = EmailField(
        _l("E-postadress"),
        [Address(), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "email"},
        description=_l(
            "Byter du adress mejlar vi nya länkar dit, och din gamla adress får veta det"
        ),
    )
    mobile = TelField(
        _l("Mobilnummer"),
        [Mobile()],
        filters=[strip],
        render_kw={"autocomplete": "tel"},
        description=_l("Används bara om något ändras strax före mötet"),
    )
    language = RadioField(
        _l("Språk i mejl"),
        [CHOOSE_LANGUAGE],
        choices=[SelectChoice("sv", "Svenska"), SelectChoice("en", "English")],
        validate_choice=False,
    )

    def correction(self, person: Person) -> Correction:
        """What was filled in."""
        titles = {
            affiliation.organisation.public_id: self[f"title_{number}"].data
            for number, affiliation in enumerate(_affiliations(person))
        }
        return Correction(
            self.given.data,
            self.family.data,
            self.email.data,
            self.mobile.data,
            self.language.data,
            titles,
        )


def _affiliations(person: Person) -> list[Any]:
    return [affiliation for affiliation in person.affiliations if affiliation.active]


def _form(person: Person) -> OwnForm:
    fields: dict[str, Any] = {}
    values: dict[str, str] = {}
    for number, affiliation in enumerate(_affiliations(person)):
        fields[f"title_{number}"] = _title_field(affiliation.organisation.name)
        values[f"title_{number}"] = affiliation.title
    made: OwnForm = type("OwnTitlesForm", (OwnForm,), fields)(obj=person, data=values)
    return made


def _title_field(organisation: str) -> StringField:
    return StringField(
        _("Titel eller uppdrag, %(organisation)s", organisation=organisation),
        [Optional(), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "organization-title"},
    )


@blueprint.route("/andra", methods=["GET", "POST"])
def correct() -> AnyResponse:
    """Corrects name, address, number, language and titles."""
    person: Person = g.person
    form = _form(person)

    def write() -> None:
        own_data.correct(person, form.correction(person), page.now(), security.client())

    if carried_out(form, write):
        # A new address has made every link new; without this the person would be out. Their half
        # hour is still counted from when it began.
        session["own_data"] = own_data.session_of(person, session["own_data"][2])
        return redirect(url_for("owner.overview", klart="rattat"), code=303)
    titles = [form[f"title_{number}"] for number in range(len(_affiliations(person)))]
    html = render_template("owner/correct.html", form=form, titles=titles, person=person)
    return make_response(html, form.status)
