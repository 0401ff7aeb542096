"""The own calendar of somebody who is invited."""

from __future__ import annotations

from flask import g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from annualwheel.web.participant import blueprint
from annualwheel.web.parts import subscription_page


@blueprint.route("/kalender", methods=["GET", "POST"])
def subscription() -> Response:
    """Shows the address of the calendar, and makes a new one."""
    back = (_("Till din anmälan"), url_for("participant.confirmation"))
    return subscription_page.show(g.registration.person, back)
