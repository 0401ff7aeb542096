"""The pages of those who write an answer: hub, sections, review, submission.

A pressed button has let them in.
"""

from __future__ import annotations

from flask import Blueprint, g, make_response, render_template, request
from werkzeug.wrappers import Response

from annualwheel.errors import Missing
from annualwheel.preparation import membership
from annualwheel.web import session_expired, session_links
from annualwheel.web.page import Viewer
from annualwheel.web.preparation import permissions

blueprint = Blueprint("preparation", __name__, url_prefix="/forberedelse")


@blueprint.before_request
def member_of_answer() -> Response | None:
    """The guard of every page.

    The session knows which membership the page was made for and which version its link had; both
    must still hold.
    """
    link = session_links.used("member")
    try:
        g.member = membership.by_target(*link) if link else None
    except Missing:
        g.member = None
    if g.member is None:
        if request.is_json:
            # Autosave keeps the text in the browser on 401 and shows the way to a new link.
            return make_response({"status": 401}, 401)
        return session_expired.answer()
    session_links.let_in(link)
    g.own_language, g.acting_for = g.member.person.language, g.member.public_id
    g.viewer = Viewer("participant", g.member.person.name, g.member.submission.organisation.name)
    return None if permissions.allowed(g.member) else _others_write()


def _others_write() -> Response:
    """The answer to somebody with a share who asks for what their colleagues write."""
    if request.is_json:
        return make_response({"status": 403, "reason": "other_share"}, 403)
    return make_response(render_template("preparation/others.html"), 403)


# Last: these modules import the blueprint from here.
from annualwheel.web.preparation import (
    asking,
    cards,
    history,
    hub,
    people,
    presence,
    printing,
    reading,
    results,
    review,
    saving,
    sections,
    subscription,
)
