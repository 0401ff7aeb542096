"""What every page needs: the time, the language, the viewer, and the link to the other language."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from babel import Locale
from flask import Flask, abort, g, request, session, url_for
from flask_babel import get_translations
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from annualwheel.models import Staff
from annualwheel.preparation import states as submission_states
from annualwheel.registrations import states as registration_states
from annualwheel.services import services
from annualwheel.transactions import start_reading, stop_reading
from annualwheel.web import session_links
from annualwheel.web.wording import erased, words
from annualwheel.wording import dates

LANGUAGES = ("sv", "en")
# Made once: the library looks for the file of a language on the disk at each.
LOCALES = {language: Locale(language) for language in LANGUAGES}
# Autosave has no form to check first and comes more often than anything else, so it writes from its
# first row. All other requests read until `acting` begins their write.
WRITES_AT_ONCE = ("preparation.save",)
# Browsers read a backslash as a slash and leave out tabs and line ends, so "/<tab>/elsewhere" would
# lead to another site.
OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f]*")
NAVIGATION = (
    ("year", "coordinator.year", ("coordinator", "administrator")),
    ("people", "coordinator.people", ("coordinator", "administrator")),
    ("mailings", "coordinator.mailings", ("coordinator", "administrator")),
    ("answers", "facilitator.answers", ("coordinator", "facilitator", "administrator")),
    ("settings", "admin.settings", ("administrator",)),
)


@dataclass(frozen=True)
class Viewer:
    """The one who looks at the page, as the header shows them."""

    kind: str
    name: str
    organisation: str = ""
    role: str = ""


def now() -> dt.datetime:
    """The present moment of this application, the same throughout a request."""
    # One moment for the whole request, so that no rule sees another time than the one before it.
    if "now" not in g:
        g.now = services().clock.now()
    moment: dt.datetime = g.now
    return moment


def language() -> str:
    """The page's language.

    It is the one that this request asks for, else the session's, the person's own, or Swedish.
    """
    chosen = (
        g.get("asked_language")
        or request.args.get("lang")
        or session.get("language")
        or g.get("own_language")
    )
    # Anybody can write anything into the address.
    return chosen if chosen in LANGUAGES else "sv"


def locale() -> Locale:
    """The page's language, as Flask-Babel asks for it."""
    return LOCALES[language()]


def pressed(name: str) -> str:
    """The value of the button that was pressed in this form."""
    return request.form.get(name, "")


def sent_json() -> dict[str, Any] | None:
    """The JSON object that was sent; None for anything else and for what cannot be read."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # nested a hundred thousand times
        return None
    return body if isinstance(body, dict) else None


def own_path(name: str) -> str | None:
    """A path of our own to go back to, given in the address.

    Anything that leads elsewhere is ignored.
    """
    asked = request.args.get(name, "")
    return asked if OWN_PATH.fullmatch(asked) else None


def register(app: Flask) -> None:
    """Sets up language, the read-only mark of requests, and the values every template has."""
    app.jinja_env.filters.update(words.FILTERS, called=erased.called)
    app.jinja_env.globals.update(look=words.look, csrf_token=generate_csrf, proof=proof)
    app.jinja_env.globals.update(
        registration_states=registration_states, submission_states=submission_states
    )
    # Jinja's own take the context of the template, which is copied for each text inside a block or
    # a loop that sets something, and Flask-Babel's look up the catalogue at every text.
    app.jinja_env.globals.update(_=_text, gettext=_text, ngettext=_plural)

    @app.before_request
    def _begin() -> None:
        if request.endpoint in WRITES_AT_ONCE:
            request.get_data()  # a slow network must not keep the database waiting
        else:
            start_reading()
        if _has_nul():
            abort(404)  # PostgreSQL can look for nothing that has it
        # Read once, here: a form that is too large fails at every reading, and the page that says
        # so has a language too.
        switched = request.form.get("lang_switch") if request.method == "POST" else None
        g.language_only = switched is not None
        g.asked_language = switched or request.args.get("lang")
        if g.asked_language in LANGUAGES:
            session["language"] = g.asked_language

    @app.teardown_request
    def _end(_error: BaseException | None) -> None:
        # The mark outlives the request in its thread, and the next one there would read only.
        stop_reading()

    @app.context_processor
    def _values() -> dict[str, object]:
        current = language()
        other = "en" if current == "sv" else "sv"
        return {
            "settings": services().settings,
            "language": current,
            "other_language": other,
            "now": now(),
            "dates": dates,
            "other_language_url": _here(other),
            "viewer": g.get("viewer"),
            "nav": _navigation(),
            "csp_nonce": g.get("nonce", ""),
        }


def _has_nul() -> bool:
    asked = (value for values in request.args.listvalues() for value in values)
    return any("\0" in text for text in (request.path, *asked))


def proof() -> Markup:
    """The hidden fields of every form: that it is from a page of ours, and whose page that was.

    A `form.csrf_token` gives the same two.
    """
    return (
        Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
        + session_links.field()
    )


def _catalogue() -> Any:
    """The page's translations, looked up once for the page: it has a hundred texts."""
    try:
        return g.catalogue
    except AttributeError:
        g.catalogue = get_translations()
        return g.catalogue


@pass_eval_context
def _text(template: EvalContext, text: str, /, **values: object) -> str:
    found: str = _catalogue().ugettext(text)
    # A text file shows its values as they are.
    return (Markup(found) if template.autoescape else found) % values  # noqa: S704 our catalogue


@pass_eval_context
def _plural(template: EvalContext, one: str, many: str, num: int, /, **values: object) -> str:
    found: str = _catalogue().ungettext(one, many, num)
    shown = Markup(found) if template.autoescape else found  # noqa: S704 our catalogue
    return shown % {"num": num, **values}


def show_staff(person: Staff) -> None:
    """Puts the signed-in member of staff into the page's header."""
    g.staff, g.own_language = person, person.language
    role = " · ".join(words.label(r.role, "role", language()) for r in person.roles)
    g.viewer = Viewer("staff", person.name, role=role)


def _here(other: str) -> str:
    """This page in the other language, with all that its address asked for."""
    asked = []
    if request.method != "POST":
        asked = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
    # One slash in front: a path that begins with two would lead to another site.
    return f"/{quote(request.path.lstrip('/'))}?{urlencode([*asked, ('lang', other)])}"


def _navigation() -> list[tuple[str, str, str]]:
    person = g.get("staff")
    if person is None:
        return []
    labels = {
        "year": _("Årshjulet"),
        "people": _("Personer och organisationer"),
        "mailings": _("Utskick"),
        "answers": _("Svar och underlag"),
        "settings": _("Inställningar"),
    }
    mine = {role.role for role in person.roles}
    return [
        (labels[key], url_for(endpoint), key)
        for key, endpoint, roles in NAVIGATION
        if mine & set(roles)
    ]
