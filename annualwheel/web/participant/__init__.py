"""The pages of an invited person: the registration and all that can be done with it.

A pressed button on the landing page lets them in.
"""

from __future__ import annotations

from flask import Blueprint, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.audit import Actor
from annualwheel.errors import Missing
from annualwheel.participation import substitution
from annualwheel.registrations import invitations
from annualwheel.transactions import is_reading
from annualwheel.web import page, security, session_expired, session_links
from annualwheel.web.page import Viewer

blueprint = Blueprint("participant", __name__, url_prefix="/anmalan")


@blueprint.before_request
def holder_of_link() -> Response | None:
    """The guard of every page.

    The session knows which registration the page was made for and which version its link had; both
    must still hold.
    """
    link = session_links.used("registration")
    if link is None:
        return _not_let_in(None)
    try:
        if not is_reading():
            # The act's own transaction: the registration is known, and the act reads it again.
            invitations.require_open(*link)
            return None
        g.registration = invitations.by_target(*link)
    except Missing:
        return _not_let_in(link.target)
    session_links.let_in(link)
    person, g.acting_for = g.registration.person, g.registration.public_id
    g.own_language = person.language
    g.viewer = Viewer("participant", person.name, g.registration.organisation.name)
    return None


def acting() -> Actor:
    """The person whose page it is, acting from the network of this request in its language."""
    return audit.participant(g.registration.person_id, security.client(), page.language())


def _not_let_in(target: Target | None) -> Response:
    """Turns the person away with what was typed.

    A person who has just sent a substitute and presses again sees that it is done.
    """
    handed = None
    # The first press has made this very link dead, so the second one comes here.
    if target and request.endpoint == "participant.substitute":
        handed = substitution.handed_to(target)
    if handed is None:
        return session_expired.answer()
    session["handed_over"], session["handed_over_seat"] = handed
    return redirect(url_for("open.handed_over"), code=303)


# Last: these modules import the blueprint from here.
from annualwheel.web.participant import (
    answering,
    colleagues,
    leaving,
    overview,
    own_needs,
    results,
    subscription,
    waiting,
)
