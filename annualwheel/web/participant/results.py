"""The meeting's results for those who were invited."""

from __future__ import annotations

from flask import Response, g, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.contacts import affiliations
from annualwheel.meetings import results as outcome
from annualwheel.models import Registration
from annualwheel.registrations.states import INVITED
from annualwheel.web.participant import blueprint
from annualwheel.web.parts import results_page


@blueprint.get("/resultat")
def results() -> str | Response | AnyResponse:
    """Shows the meeting's results next to what the person's own organisation submitted.

    Only a person whose invitation holds sees them.
    """
    registration: Registration = g.registration
    if registration.state not in INVITED:
        return redirect(url_for("participant.confirmation"), code=303)
    meeting, joint = registration.meeting, None
    # Somebody from the open page only says that they come from there: they read nothing of its
    # answer until a colleague or a coordinator has vouched for them.
    if affiliations.has_place(registration.person, registration.organisation):
        joint = registration.organisation_id
    own = outcome.own_versions(meeting, joint, registration.person_id)
    back = (_("Till din anmälan"), url_for("participant.confirmation"))
    return results_page.show(meeting, own, back)
