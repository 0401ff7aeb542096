"""Saves the draft of the results while somebody writes it: JSON in, versions and conflicts out."""

from __future__ import annotations

from flask import g, jsonify
from werkzeug.wrappers import Response

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.errors import Missing, Unreadable
from annualwheel.meetings import results as outcome
from annualwheel.meetings.results import ResultChange
from annualwheel.models import Meeting
from annualwheel.web import autosave, page
from annualwheel.web.acting import carry_out
from annualwheel.web.facilitator import blueprint
from annualwheel.web.facilitator.results import MOST, name_of, texts
from annualwheel.web.forms import lines
from annualwheel.wording import dates


@blueprint.post("/svar/<int:number>/<meeting:kind>/resultat/spara")
def save_results(number: int, kind: str) -> Response:
    """Saves texts of a draft.

    Takes `{"fields": {name: {"value": text, "base": mark}}}` and answers `{"at": "14.32",
    "saved": {name: mark}, "conflicts": {name: {"value", "ver"}}}`. 400: no valid token or
    unreadable; 404: no such text; 410: the results are published by now; 422: too long.
    """
    autosave.require_token()
    meeting = years.meeting_of(number, kind)
    changes, actor = _changes(meeting), audit.staff(g.staff.id)
    conflicts = carry_out(lambda: outcome.save_while_writing(meeting, changes, page.now(), actor))
    names = {key: name_of(*key) for key in changes}
    return jsonify(
        at=dates.time_short(page.now(), page.language()),
        saved={
            names[key]: outcome.mark(change.value)
            for key, change in changes.items()
            if key not in conflicts
        },
        conflicts={
            names[key]: {"value": theirs, "ver": outcome.mark(theirs)}
            for key, theirs in conflicts.items()
        },
    )


def _changes(meeting: Meeting) -> dict[tuple[str, str], ResultChange]:
    """What was written, by theme and language."""
    known = {
        name_of(piece.key, language): (piece.key, language)
        for piece, language in texts(outcome.pieces(meeting))
    }
    found = {}
    for name, sent in autosave.fields().items():
        if name not in known:
            raise Missing("no_question")
        if len(sent.value) > MOST:
            raise Unreadable("answer_too_long")
        found[known[name]] = ResultChange(lines(sent.value), sent.base)
    return found
