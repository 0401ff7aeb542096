"""What those who write an answer do, once a pressed button has let them in: hub, sections, review, submission."""
from __future__ import annotations

from flask import Blueprint, g, make_response, render_template, request, session
from werkzeug.wrappers import Response

from annualwheel.errors import Missing
from annualwheel.links import Target
from annualwheel.questionnaires import membership
from annualwheel.web import ended
from annualwheel.web.page import Viewer

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
    return None


from annualwheel.web.preparation import cards, hub, reading, review, saving, sections  # noqa: E402,F401  the views hang on the blueprint
