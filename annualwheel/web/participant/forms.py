"""The forms of an invited person."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    Field,
    RadioField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from annualwheel.contacts import folding
from annualwheel.models import Registration
from annualwheel.participation.replies import Reply
from annualwheel.participation.substitution import Substitute
from annualwheel.web.forms import SHORT, Address, BaseForm, Mobile, NameFields, OneOf, strip
from annualwheel.web.wording import words
from annualwheel.web.wording.decline_reasons import REASONS

LUNCH = [SelectChoice("ja", _l("Ja")), SelectChoice("nej", _l("Nej"))]


class OnSiteOnly(OneOf):
    """The same, for a question that concerns only those who attend on site."""

    def __call__(self, form: Any, field: Field) -> None:
        if form.attends != "online":
            super().__call__(form, field)


class RegistrationForm(NameFields, BaseForm):
    """The person who comes, and what the meeting asks.

    The form has no `lunch` or `mode` where the meeting does not ask for it.
    """

    email = EmailField(
        _l("E-postadress"),
        [Address(), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "email"},
        description=_l("Hit skickar vi bekräftelse och kalenderbokning"),
    )
    title = StringField(
        _l("Titel eller uppdrag"),
        [Optional(), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "organization-title"},
    )
    mobile = TelField(
        _l("Mobilnummer"),
        [Mobile()],
        filters=[strip],
        render_kw={"autocomplete": "tel"},
        description=_l("Används bara om något ändras strax före mötet"),
    )
    mode = RadioField(
        _l("Hur vill du delta?"),
        [OneOf(_l("Välj om du deltar på plats eller digitalt"))],
        validate_choice=False,
    )
    lunch = RadioField(
        _l("Äter du lunch på mötet?"),
        [OnSiteOnly(_l("Välj om du äter lunch på mötet"))],
        choices=LUNCH,
        validate_choice=False,
    )
    copy_to = EmailField(
        _l("Din egen e-postadress"),
        [Address(optional=True), SHORT],
        filters=[strip],
        description=_l("Hit skickar vi kopior av bekräftelsen och av mejl om ändringar"),
    )

    @property
    def attends(self) -> str:
        """The chosen way of attending; on site where there is no choice."""
        return self.mode.data if "mode" in self else "on_site"

    def reply(self) -> Reply:
        """What was filled in."""
        # The answer may be left from before the person chose to attend online.
        eats_there = "lunch" in self and self.attends == "on_site"
        lunch = self.lunch.data == "ja" if eats_there else None
        # Nobody gets every mail twice for having typed their own address in both fields.
        is_own = folding.fold(self.copy_to.data) == folding.fold(self.email.data)
        copy_to = "" if is_own else self.copy_to.data
        return Reply(
            self.given.data,
            self.family.data,
            self.email.data,
            self.title.data,
            self.mobile.data,
            lunch,
            self.attends,
            copy_to,
        )


def registration_form(registration: Registration, mode: str = "") -> RegistrationForm:
    """The form for this meeting, filled with what is known.

    `mode` is a way of attending that the person has chosen already. Nothing is chosen for anybody.
    """
    person, meeting = registration.person, registration.meeting
    known = {
        "given": person.given,
        "family": person.family,
        "email": person.email,
        "mobile": person.mobile,
        "title": registration.title or _title(registration),
        "copy_to": registration.copy_to,
        # Before an answer the row has a default, which the person has not chosen.
        "mode": registration.mode if registration.answered_at else mode or None,
        "lunch": _lunch(registration),
    }
    form = RegistrationForm(data=known)
    form.mode.choices = [
        SelectChoice(option.mode, words.label(option.mode, "mode")) for option in meeting.options
    ]
    if len(meeting.options) < 2:
        del form.mode
    if not meeting.with_lunch:
        del form.lunch
    return form


def _title(registration: Registration) -> str:
    """The person's title in the organisation."""
    for affiliation in registration.person.affiliations:
        if affiliation.organisation_id == registration.organisation_id:
            return affiliation.title
    return ""


def _lunch(registration: Registration) -> str | None:
    """What was answered about lunch, None when nothing has been."""
    if registration.answered_at is None or registration.lunch is None:
        return None
    return "ja" if registration.lunch else "nej"


class SubstituteForm(NameFields, BaseForm):
    """The person who comes instead.

    The form has no `message` for somebody whom the organisation does not know.
    """

    email = EmailField(
        _l("E-postadress"),
        [Address(), SHORT],
        filters=[strip],
        description=_l("Hit skickar vi ett eget mejl med personlig länk"),
    )
    title = StringField(_l("Titel eller uppdrag"), [Optional(), SHORT], filters=[strip])
    message = TextAreaField(
        _l("Hälsning"),
        [Optional(), Length(max=1000, message=_l("Skriv högst 1 000 tecken"))],
        filters=[strip],
        description=_l("Står i mejlet till din ersättare"),
    )

    def substitute(self) -> Substitute:
        """What was filled in."""
        message = self.message.data if "message" in self else ""
        return Substitute(
            self.given.data, self.family.data, self.email.data, self.title.data, message
        )


class DeclineForm(BaseForm):
    """No, with a reason for those who want to give one."""

    reason = RadioField(
        _l("Varför kan du inte komma?"), [Optional()], choices=REASONS, validate_choice=False
    )

    def chosen(self) -> str:
        """The reason, "" when none was chosen."""
        # Anything else than a reason of ours is as none: a no must never fail for its reason.
        return next((choice.value for choice in REASONS if choice.value == self.reason.data), "")
