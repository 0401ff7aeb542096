"""The base of every form.

CSRF per form, the page's language, and the switch of language that keeps what was typed.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from flask import Response, after_this_request, flash, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import EmailField, Field, HiddenField, StringField
from wtforms.validators import Length, ValidationError

from annualwheel.contacts import folding
from annualwheel.errors import Busy, Closed, DomainError, TooMany, Unreadable
from annualwheel.web import session_links
from annualwheel.wording import cleaning


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form whose `accepted` is the only way to act on it.

    `refusal` says why the act was refused, when it was tried.
    """

    refusal: DomainError | None = None

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Adds to the token of every form for whom its page was made (`session_links`)."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent, None when nothing was."""
            # The library would fill the fields from JSON too, of whatever shape and depth.
            return None if request.is_json else super().wrap_formdata(form, formdata)

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """The field's control."""
            # Here and not in the templates: a form that forgot the field would act for nobody.
            shown: Markup = super().render_field(field, render_kw)
            return shown + session_links.field() if field.name == "csrf_token" else shown

    def accepted(self) -> bool:
        """Whether the form was sent, by a button that acts, and everything in it is right.

        A dead CSRF token (an old page, a new session) shows the form again with all that was typed.
        """
        # The switch of language posts the form too, so that nothing typed is lost; it must not act.
        if request.method != "POST" or g.language_only:
            return False
        if self.validate():
            return True
        # The library's sentence is English and does not say what to do. Alone, it stands below a
        # heading that says what happened.
        if "csrf_token" in self.errors:
            alone = _("Inget har hänt än. Tryck på knappen en gång till.")
            self.csrf_token.errors = [alone if self.expired else str(TOO_OLD)]
        return False

    def still_holds(self) -> bool:
        """Whether what made the form acceptable still holds in the transaction that acts."""
        return True

    @property
    def expired(self) -> bool:
        """Whether the only thing wrong is that the page was too old."""
        return list(self.errors) == ["csrf_token"]

    @property
    def impossible(self) -> bool:
        """Whether the act was refused, and nothing in a field would put that right."""
        if self.refusal is None:
            return False
        return bool(self.form_errors) or isinstance(self.refusal, TooMany)

    @property
    def keeps_text(self) -> bool:
        """Whether the same may be sent once more, and has texts that the page still shows."""
        if not self.expired and not isinstance(self.refusal, Busy | TooMany):
            return False
        return any(field.data for field in self if _is_typed_in(field))

    @property
    def status(self) -> int:
        """200 for a page to fill in, 422 for one with something to put right.

        410 where it is too late, and nothing that is typed would put it right; 503 where the same
        may be sent once more as it is.
        """
        if isinstance(self.refusal, Busy):
            return self.refusal.status
        if isinstance(self.refusal, Closed):
            # Too many attempts (429) stays 422 here: the form can be sent again a while later.
            return self.refusal.status
        return 422 if self.errors else 200


def _is_typed_in(field: Field) -> bool:
    return isinstance(field, StringField) and not isinstance(field, HiddenField)


def strip(value: str | None) -> str:
    """What was typed, without the spaces around it and what no store can hold."""
    return cleaning.kept(value or "").strip()


def lines(value: str | None) -> str:
    """A longer text as it is kept: as `strip`, and with one kind of line end.

    A browser sends CRLF, and a text that nobody has touched would count as changed.
    """
    return strip((value or "").replace("\r\n", "\n").replace("\r", "\n"))


class Required:
    """Refuses an empty field. The sentence says what to write."""

    field_flags: dict[str, Any] = {}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if not strip(field.data if isinstance(field.data, str) else ""):
            raise ValidationError(str(self.message))


class Address:
    """Refuses what is no e-mail address, and stores the address normalised.

    An empty field passes when `optional`.
    """

    def __init__(self, optional: bool = False) -> None:
        self.optional = optional

    def __call__(self, form: Any, field: Field) -> None:
        if self.optional and not field.data:
            return
        try:
            field.data = folding.normal_address(field.data or "")
        except Unreadable as problem:
            raise ValidationError(
                _("Skriv e-postadressen med @, till exempel anna.berg@kommun.example")
            ) from problem


class Mobile:
    """Refuses what cannot be dialled.

    A number has five to fifteen digits (ITU-T E.164) in whatever groups people write them. An empty
    field passes.
    """

    field_flags: ClassVar[dict[str, Any]] = {"optional": True}
    GROUPS = re.compile(r"\+?[0-9\s()./\u2010-\u2014-]{1,40}")

    def __call__(self, form: Any, field: Field) -> None:
        typed = field.data or ""
        digits = sum(sign.isdigit() for sign in typed)
        if typed and not (self.GROUPS.fullmatch(typed) and 5 <= digits <= 15):
            raise ValidationError(
                _("Skriv numret med siffror, till exempel 070-123 45 67, eller lämna fältet tomt")
            )


SHORT = Length(max=200, message=_l("Skriv högst 200 tecken"))


class NameFields:
    """Given and family name."""

    given = StringField(
        _l("Förnamn"),
        [Required(_l("Skriv förnamnet")), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "given-name"},
    )
    family = StringField(
        _l("Efternamn"),
        [Required(_l("Skriv efternamnet")), SHORT],
        filters=[strip],
        render_kw={"autocomplete": "family-name"},
    )


class AskForLink(BaseForm):
    """An address to mail a link to."""

    email = EmailField(
        _l("E-postadress"),
        [Address()],
        filters=[strip],
        render_kw={"autocomplete": "email", "spellcheck": "false"},
    )


TOO_OLD = _l("Sidan hade legat öppen för länge. Tryck en gång till.")


class Press(BaseForm):
    """A form with nothing but a button."""

    def accepted(self) -> bool:
        """The same as for any form.

        A button that was too old often leads back to a page instead of being shown again. That page
        then says so.
        """
        if super().accepted():
            return True
        if self.expired:
            after_this_request(_told_when_led_back)
        return False


def _told_when_led_back(response: Response) -> Response:
    # A page that shows the button again says so itself; only a way back is told here.
    if response.status_code == 303:
        flash(str(TOO_OLD), "too_old")
    return response


class OneOf:
    """Refuses what is not one of the choices. The sentence says what to choose.

    The field has `validate_choice=False`, since the library's sentence does not say what to do.
    """

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(str(self.message))


CHOOSE_LANGUAGE = OneOf(_l("Välj svenska eller engelska"))
