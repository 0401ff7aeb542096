"""What an invited person does with the registration, once a pressed button on the landing page has let them in."""
from __future__ import annotations

from flask import Blueprint, g, make_response, render_template, request, session
from werkzeug.wrappers import Response

from annualwheel.errors import Missing
from annualwheel.links import Target
from annualwheel.registrations import invitations
from annualwheel.web.forms import AskForLink
from annualwheel.web.page import Viewer

blueprint = Blueprint("participant", __name__, url_prefix="/anmalan")


@blueprint.before_request
def holder_of_link() -> Response | None:
    """The guard: the session names a registration and the version its link had; both must still hold."""
    known = session.get("registration")
    try:
        g.registration = invitations.by_target(Target("registration", *known)) if known else None
    except Missing:
        g.registration = None
    if g.registration is None:
        return make_response(render_template("open/new_link.html", form=AskForLink(formdata=None), dead=False, ended=True,
                                             typed=request.form), 401)
    person = g.registration.person
    g.own_language = person.language
    g.viewer = Viewer("participant", person.name, g.registration.organisation.name)
    return None


from annualwheel.web.participant import views  # noqa: E402,F401  the views hang on the blueprint
