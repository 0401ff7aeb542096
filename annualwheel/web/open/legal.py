"""The pages that the law requires, and the start page."""

from __future__ import annotations

from flask import abort, current_app, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from annualwheel.participation import open_registration
from annualwheel.privacy import retention
from annualwheel.services import services
from annualwheel.web import page
from annualwheel.web.open import blueprint
from annualwheel.web.parts import components
from annualwheel.web.wording import retention_words


@blueprint.get("/")
def start() -> str:
    """Says what this is, and shows the ways in and the meetings that anyone may register for."""
    return render_template("open/start.html", meetings=open_registration.open_meetings(page.now()))


@blueprint.get("/tillganglighet")
def accessibility() -> str:
    """Shows the accessibility statement (DOS-lagen 2018:1937)."""
    return render_template("open/accessibility.html")


@blueprint.get("/personuppgifter")
def privacy() -> str:
    """Says how we handle personal data (GDPR art. 13 and 14)."""
    return render_template("open/privacy.html", retention=_periods(), session_days=_session_days())


@blueprint.get("/kakor")
def cookies() -> str:
    """Says what our only cookie does (LEK 9 kap. 28 §)."""
    return render_template("open/cookies.html", session_days=_session_days())


@blueprint.get("/kontakt")
def contact() -> str:
    """Says whom to ask."""
    return render_template("open/contact.html")


@blueprint.get("/komponenter")
def components_page() -> str:
    """Shows every part that pages are built of, to developers; not in production."""
    if services().settings.environment == "production":
        abort(404)
    return render_template("komponenter.html", **components.examples(page.language()))


def _session_days() -> int:
    return current_app.permanent_session_lifetime.days


def _periods() -> list[tuple[str, str]]:
    """How long things are kept: what no rule erases, and what each rule does.

    A period written here by hand would one day promise what nobody does.
    """
    kept = [
        (
            _("Det ni har skickat in"),
            _("Bevaras som allmän handling, om det inte finns ett gallringsbeslut"),
        ),
        (
            _("Namn, adress och svar på inbjudan"),
            _("Till dess att du ber oss radera dem, eller enligt regionens beslut om gallring"),
        ),
    ]
    erased = [
        (words.what, words.when)
        for key, words in retention_words.of_rules().items()
        if key not in retention_words.NOT_OF_PARTICIPANTS
    ]
    days = retention.BACKUPS.days
    copies = ngettext("%(num)s dag", "%(num)s dagar", days)
    return [*kept, *erased, (_("Säkerhetskopior av allt det här"), copies)]
