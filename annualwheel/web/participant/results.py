"""The meeting's results for those who were asked to it."""

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
    """What the meeting came to, with what one's own organisation submitted.

    Only while the invitation holds.
    """
    registration: Registration = g.registration
    if registration.state not in INVITED:
        return redirect(url_for("participant.confirmation"), code=303)
    meeting, joint = registration.meeting, None
    if affiliations.has_place(registration.person, registration.organisation):
        joint = registration.organisation_id
    own = outcome.own_versions(meeting, joint, registration.person_id)
    back = (_("Till din anmälan"), url_for("participant.confirmation"))
    return results_page.show(meeting, own, back)
