"""The page about a meeting that anybody may open; calendar entries lead to it."""

from __future__ import annotations

from flask import render_template

from annualwheel.cycle import years
from annualwheel.participation import open_registration
from annualwheel.web import page
from annualwheel.web.open import blueprint


# Calendar entries have the address (`names.page_of`).
@blueprint.get("/moten/<int:number>/<meeting:kind>")
def meeting(number: int, kind: str) -> str:
    """Says when and where the meeting is, its programme, and how one registers."""
    found = years.meeting_of(number, kind)
    return render_template(
        "open/meeting.html",
        meeting=found,
        open_to_all=open_registration.why_closed(found, page.now()) is None,
        over=page.now() >= found.ends_at,
    )
