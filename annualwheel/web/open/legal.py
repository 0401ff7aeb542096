"""The pages that the law requires, and the start page."""

from __future__ import annotations

import datetime as dt

from flask import abort, current_app, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from annualwheel import limits
from annualwheel.participation import open_registration
from annualwheel.preparation import answers
from annualwheel.privacy import retention
from annualwheel.registrations import needs
from annualwheel.services import services
from annualwheel.web import page
from annualwheel.web.open import blueprint
from annualwheel.web.parts import components
from annualwheel.workshop import packs


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
    """How long things are kept, as the code that erases them says.

    A period written here by hand would one day promise what nobody does.
    """

    def after_meeting(period: dt.timedelta) -> str:
        text: str = ngettext("%(num)s dag efter mötet", "%(num)s dagar efter mötet", period.days)
        return text

    def days(period: dt.timedelta) -> str:
        text: str = ngettext("%(num)s dag", "%(num)s dagar", period.days)
        return text

    return [
        (_("Specialkost och tillgänglighet"), after_meeting(needs.KEPT)),
        (
            _("Vad listan över mat och tillgänglighet sa, utan namn och texter"),
            after_meeting(needs.KEPT),
        ),
        (
            _("Det ni har skickat in"),
            _("Bevaras som allmän handling, om det inte finns ett gallringsbeslut"),
        ),
        (_("Utkast som aldrig skickas in"), after_meeting(retention.DRAFTS)),
        (_("Tidigare och borttagen text i ett utkast"), days(answers.KEPT)),
        (_("Text i mejl som vi har skickat"), after_meeting(retention.MAILS)),
        (_("Underlag till borden, som fil"), days(packs.KEPT)),
        (_("Försök att få en ny länk, och antalet mejl som andra har orsakat"), days(limits.KEPT)),
        (
            _("Namn, adress och svar på inbjudan"),
            _("Till dess att du ber oss radera dem, eller enligt regionens beslut om gallring"),
        ),
        (_("Säkerhetskopior av allt det här"), days(retention.BACKUPS)),
    ]
