"""The settings: accounts, how mail goes out, the year's themes."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, RadioField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from annualwheel import audit
from annualwheel.accounts import staff
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.meetings import planning
from annualwheel.meetings.planning import ThemeWords
from annualwheel.models import Staff, Theme, Year
from annualwheel.models.staff import STAFF_ROLES
from annualwheel.services import services
from annualwheel.web import lists, page
from annualwheel.web.acting import carried_out
from annualwheel.web.admin import blueprint
from annualwheel.web.forms import CHOOSE_LANGUAGE, Address, BaseForm, Press, Required, strip
from annualwheel.web.lists import Column
from annualwheel.web.wording import words
from annualwheel.wording import dates

COLUMNS = (
    Column("name", "namn", _l("Namn")),
    Column("address", "epost", _l("E-post")),
    Column("signed_in", "inloggad", _l("Senast inloggad"), "time"),
    Column("state", "lage", _l("Läge"), "rank"),
)


class RolesForm(BaseForm):
    """The roles of an account."""

    # An unknown role is refused by `staff`, in words of ours.
    roles = SelectMultipleField(_l("Roller"), validate_choice=False)

    def name_roles(self) -> None:
        """Fills in the names of the roles in the page's language."""
        self.roles.choices = [
            (role, words.sentence(words.label(role, "role"))) for role in STAFF_ROLES
        ]


class AccountForm(RolesForm):
    """A new account."""

    name = StringField(
        _l("Namn"),
        [Required(_l("Skriv namnet"))],
        filters=[strip],
        render_kw={"autocomplete": "off"},
    )
    email = EmailField(_l("E-postadress"), [Address()], filters=[strip])
    language = RadioField(
        _l("Språk"),
        [CHOOSE_LANGUAGE],
        choices=[SelectChoice("sv", "Svenska"), SelectChoice("en", "English")],
        validate_choice=False,
        default="sv",
    )


class TestMailForm(BaseForm):
    """The address of a test mail."""

    email = EmailField(_l("Skicka ett testmejl till"), [Address()], filters=[strip])


SHORT = Length(max=years.SHORT_THEME, message=_l("Skriv högst 25 tecken"))


class ThemeForm(BaseForm):
    """A theme in both languages."""

    sv = StringField(_l("På svenska"), [Required(_l("Skriv temat på svenska"))], filters=[strip])
    en = StringField(_l("På engelska"), [Required(_l("Skriv temat på engelska"))], filters=[strip])
    short_sv = StringField(
        _l("Kort namn på svenska"),
        [Optional(), SHORT],
        filters=[strip],
        description=_l("Till exempel Fler i arbete. Lämna tomt, så blir det temats första ord"),
    )
    short_en = StringField(
        _l("Kort namn på engelska"),
        [Optional(), SHORT],
        filters=[strip],
        description=_l("Till exempel More people in work"),
    )

    def words(self, known: Theme | None = None) -> ThemeWords:
        """What was typed; the theme is the `known` one where it cannot be changed any more."""
        whole = known if known and "sv" not in self else None
        sv, en = (whole.sv, whole.en) if whole else (self.sv.data, self.en.data)
        return ThemeWords(sv, en, self.short_sv.data, self.short_en.data)


@blueprint.get("/installningar")
def settings() -> AnyResponse:
    """Shows the overview."""
    return _overview(TestMailForm(data={"email": g.staff.email}))


def _overview(form: TestMailForm) -> AnyResponse:
    chosen, year = services().settings, years.latest()
    # Named, since the page is also the answer to a form that was sent to another address.
    asked = lists.ListRequest(COLUMNS, staff.BY_NAME, at=url_for("admin.settings"))
    html = render_template(
        "admin/settings.html",
        active="settings",
        people=asked.shown(staff.everyone(asked.number, asked.order)),
        chosen=chosen,
        form=form,
        year=year,
        published=planning.is_published(year) if year else False,
    )
    return make_response(html, form.status)


@blueprint.post("/installningar/testmejl")
def test_mail() -> AnyResponse:
    """Queues a test mail, so that it takes the whole way: outbox, worker, server."""
    form = TestMailForm()
    if not carried_out(form, lambda: _put_test_mail(form.email.data)):
        return _overview(form)
    flash(_("Testmejlet är på väg. Hur det gick ser du under Utskick."))
    return redirect(url_for("admin.settings"), code=303)


def _put_test_mail(address: str) -> None:
    now = page.now()
    message = outbox.put(
        # Keys are unique: with the moment in it every press sends a test of its own.
        f"test_mail:{now.timestamp()}",
        "test_mail",
        Recipient(address, "", page.language()),
        {"sent_at": dates.day_time(now, page.language())},
        {},
        now,
    )
    db.session.flush()
    audit.note(audit.staff(g.staff.id), "tested_mail", message, now)


@blueprint.route("/installningar/konton/nytt", methods=["GET", "POST"])
def new_account() -> AnyResponse:
    """Adds an account and mails its first sign-in link."""
    form = AccountForm()
    form.name_roles()
    outcome = carried_out(form, lambda: _added(form))
    if outcome:
        name = outcome.result.name
        flash(_("Kontot är skapat. %(name)s får ett mejl med en länk för att logga in.", name=name))
        return redirect(url_for("admin.settings"), code=303)
    html = render_template("admin/account_new.html", active="settings", form=form)
    return make_response(html, form.status)


def _added(form: AccountForm) -> Staff:
    name, email, roles, now = form.name.data, form.email.data, form.roles.data, page.now()
    person = staff.add(name, email, roles, now, audit.staff(g.staff.id))
    person.language = form.language.data
    # In the language of the one who gets the mail, not of the page.
    in_words = ", ".join(words.label(role, "role", person.language) for role in roles)
    sign_in_page = f"{services().settings.base_url}{url_for('open.sign_in')}"
    staff.welcome(person, in_words, g.staff, sign_in_page, now)
    return person


@blueprint.route("/installningar/konton/<public_id>", methods=["GET", "POST"])
def account(public_id: str) -> AnyResponse:
    """Shows and saves the roles of one account."""
    person = staff.by_public_id(public_id)
    form = _roles_of(person)
    if carried_out(form, lambda: _set_roles(person, form.roles.data)):
        flash(_("Rollerna är sparade."))
        return redirect(url_for("admin.account", public_id=public_id), code=303)
    return _account(person, form)


def _roles_of(person: Staff, **sent: None) -> RolesForm:
    form = RolesForm(**sent, data={"roles": [role.role for role in person.roles]})
    form.name_roles()
    return form


def _set_roles(person: Staff, roles: list[str]) -> None:
    staff.set_roles(person, roles)
    actor = audit.staff(g.staff.id)
    audit.note(actor, "staff_roles_set", person, page.now(), roles=roles)


def _account(person: Staff, form: RolesForm) -> AnyResponse:
    html = render_template("admin/account.html", active="settings", person=person, form=form)
    return make_response(html, form.status)


@blueprint.post("/installningar/konton/<public_id>/<act>")
def switch_account(public_id: str, act: str) -> AnyResponse:
    """Closes an account, which ends its sessions, or opens it again."""
    person, actor = staff.by_public_id(public_id), audit.staff(g.staff.id)
    if act not in ("stang", "oppna"):
        raise Missing("no_staff")
    form, opens = _roles_of(person, formdata=None), act == "oppna"
    # The button has no field where a refusal could be shown, so the form next to it shows it.
    outcome = carried_out(
        Press(), lambda: staff.set_active(person, opens, page.now(), actor), shown_on=form
    )
    if outcome.refusal:
        return _account(person, form)
    if outcome:
        flash(_("Kontot är öppet igen.") if opens else _("Kontot är stängt och utloggat överallt."))
    return redirect(url_for("admin.account", public_id=public_id), code=303)


@blueprint.route("/installningar/teman/<int:number>", methods=["GET", "POST"])
def new_theme(number: int) -> AnyResponse:
    """Adds a theme to the year."""
    year, form, actor = years.by_number(number), ThemeForm(), audit.staff(g.staff.id)
    if carried_out(form, lambda: planning.add_theme(year, form.words(), page.now(), actor)):
        return _saved(_("Temat är tillagt."))
    return _theme(year, form, "")


@blueprint.route("/installningar/teman/<int:number>/<key>", methods=["GET", "POST"])
def theme(number: int, key: str) -> AnyResponse:
    """Changes the words of a theme."""
    year = years.by_number(number)
    found = planning.theme_of(year, key)
    form = ThemeForm(obj=found)
    # Whoever answers has read the whole theme; the short name is ours alone.
    if planning.is_published(year):
        del form.sv, form.en
    actor = audit.staff(g.staff.id)
    if carried_out(
        form, lambda: planning.change_theme(found, form.words(found), page.now(), actor)
    ):
        return _saved(_("Temat är sparat."))
    return _theme(year, form, found.name(page.language()))


def _saved(words_for: str) -> AnyResponse:
    flash(words_for)
    return redirect(url_for("admin.settings") + "#teman", code=303)


def _theme(year: Year, form: ThemeForm, name: str) -> AnyResponse:
    html = render_template(
        "admin/theme.html",
        active="settings",
        year=year,
        form=form,
        name=name,
        published=planning.is_published(year),
    )
    return make_response(html, form.status)
