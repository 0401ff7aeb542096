"""A registration's calendar entry as a file to fetch.

Firm after a yes, tentative before an answer.
"""

from __future__ import annotations

from flask import Response, abort

from annualwheel.mail import ical
from annualwheel.mail.ical import Entry
from annualwheel.models import Registration
from annualwheel.participation import calendar_feed
from annualwheel.registrations import notices
from annualwheel.registrations.states import ENTRY_FOLLOWS
from annualwheel.services import services
from annualwheel.web import page
from annualwheel.wording import names


def answer(registration: Registration) -> Response:
    """Gives the file.

    It has no attendee and no link of ours, since people share their calendars. 404 where there is
    nothing to keep the day for.
    """
    entry = _entry(registration) or abort(404)
    content = ical.published([entry], services().letterhead.organiser, page.now())
    name = names.SLUGS[registration.meeting.kind]
    return Response(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"'},
    )


def _entry(registration: Registration) -> Entry | None:
    if registration.state in ENTRY_FOLLOWS and registration.meeting.state != "cancelled":
        return notices.entry(registration)
    return calendar_feed.held(registration, page.now())
