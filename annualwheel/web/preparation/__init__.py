"""What those who write an answer do, once a pressed button has let them in: hub, sections, review, submission."""
from __future__ import annotations

from flask import Blueprint, g, make_response, render_template, request, session
from werkzeug.wrappers import Response

from annualwheel.errors import Missing
from annualwheel.links import Target
from annualwheel.questionnaires import membership
from annualwheel.web import ended
from annualwheel.web.page import Viewer
from annualwheel.web.preparation import reach

blueprint = Blueprint("preparation", __name__, url_prefix="/forberedelse")


@blueprint.before_request
def member_of_answer() -> Response | None:
    """The guard: the session names a membership and the version its link had; both must still hold."""
    known = session.get("member")
    try:
        g.member = membership.by_target(Target("member", *known)) if known else None
    except Missing:
        g.member = None
    if g.member is None:
        if request.is_json:
            return make_response({"status": 401}, 401)
        return ended.answer()
    g.own_language = g.member.person.language
    g.viewer = Viewer("participant", g.member.person.name, g.member.submission.organisation.name)
    return None if reach.allowed(g.member) else _others_write()


def _others_write() -> Response:
    """What somebody with a share of the answer leaves to their colleagues."""
    if request.is_json:
        return make_response({"status": 403}, 403)
    return make_response(render_template("preparation/others.html"), 403)


from annualwheel.web.preparation import (  # noqa: E402,F401  the views hang on the blueprint
    asking,
    cards,
    here,
    history,
    hub,
    people,
    printing,
    reading,
    results,
    review,
    saving,
    sections,
    subscription,
)
