"""The calendar that a participant's own calendar program subscribes to.

Anybody who has the address can read it. Nothing is changed.
"""

from __future__ import annotations

from flask import Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.errors import Missing
from annualwheel.mail import ical
from annualwheel.participation import calendar_feed
from annualwheel.services import services
from annualwheel.web import page
from annualwheel.web.open import blueprint


@blueprint.get("/k/<token>.ics")
def own_feed(token: str) -> AnyResponse:
    """Gives the calendar, or 304 when it has not changed (RFC 9110 15.4.5).

    The ETag is weak, since two answers with the same content differ in DTSTAMP.
    """
    try:
        found = calendar_feed.of(
            calendar_feed.by_target(services().link_signer.read("feed", token)), page.now()
        )
    # Not the page for dead links, which has a form: a calendar program reads this, and no person.
    except Missing:
        abort(404)
    content = ical.feed(
        found.name,
        found.entries,
        found.days,
        services().letterhead.organiser,
        page.now(),
    )
    response = Response(
        content,
        content_type="text/calendar; charset=utf-8",
        # `no-cache` and not `no-store`: a program may keep its copy, but must ask whether it holds.
        headers={"Cache-Control": "private, no-cache"},
    )
    response.set_etag(found.mark, weak=True)
    return response.make_conditional(request)
