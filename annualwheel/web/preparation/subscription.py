"""The own calendar of a writer. A colleague who is not invited to the meeting has last days too."""

from __future__ import annotations

from flask import g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from annualwheel.web.parts import subscription_page
from annualwheel.web.preparation import blueprint


@blueprint.route("/kalender", methods=["GET", "POST"])
def subscription() -> Response:
    """Shows the address of the calendar, and makes a new one."""
    back = (_("Till översikten"), url_for("preparation.hub"))
    return subscription_page.show(g.member.person, back)
