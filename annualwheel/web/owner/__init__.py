"""A person's own details.

They open for half an hour by a freshly mailed link, and to nobody who only has the link to a
registration: that one may have been forwarded.
"""

from __future__ import annotations

from flask import Blueprint, g, make_response, render_template, request, session
from werkzeug.wrappers import Response

from annualwheel.errors import Missing
from annualwheel.privacy import own_data
from annualwheel.web import page, session_expired, session_links
from annualwheel.web.forms import AskForLink
from annualwheel.web.page import Viewer

blueprint = Blueprint("owner", __name__, url_prefix="/mina-uppgifter")


@blueprint.before_request
def holder_of_fresh_link() -> Response | None:
    """The guard of every page.

    The session names a person, the version of their link, and when it was opened. The guard checks
    all of it each time, and refuses what is sent from a page with somebody else's details.
    """
    try:
        g.person = own_data.by_session(session.get("own_data"), page.now())
    except Missing:
        # Over or revoked: nothing in the cookie should name the person any more.
        session.pop("own_data", None)
        return _not_let_in()
    # Another person may have opened their own details in this browser since the page was made.
    if request.method not in session_links.READS and session_links.named() != g.person.public_id:
        return _not_let_in()
    g.own_language, g.acting_for = g.person.language, g.person.public_id
    g.viewer = Viewer("owner", g.person.name)
    return None


def _not_let_in() -> Response:
    if session_expired.typed():
        return session_expired.again("owner")
    html = render_template(
        "open/own_data.html", form=AskForLink(formdata=None), ended=True, dead=False
    )
    return make_response(html, 401)


# Last: these modules import the blueprint from here.
from annualwheel.web.owner import correcting, deletion, overview, stated_needs
