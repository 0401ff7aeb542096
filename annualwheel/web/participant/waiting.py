"""The answer to an offered seat: yes, no, or not now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, g, make_response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.participation import offers, replies
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import Press
from annualwheel.web.participant import blueprint, overview

# The button's value, what it does, and what the page then says is done.
ANSWERS: Mapping[str, tuple[Callable[..., None], str]] = {
    "take": (offers.accept, "anmald"),
    "stay": (offers.stay, "kvar"),
    "leave": (replies.withdraw, "avbokad"),
}


@blueprint.post("/erbjudande")
def answer_offer() -> Response | AnyResponse:
    """One of the three buttons.

    The same press twice shows the same page; a press that comes too late says so.
    """
    form, now, actor = Press(), page.now(), audit.participant(g.registration.person_id)
    act, done = ANSWERS.get(page.pressed("answer"), (None, ""))
    if act is None:
        return redirect(url_for("participant.confirmation"), code=303)
    if carried_out(form, lambda: act(g.registration, now, actor)):
        return redirect(url_for("participant.confirmation", klart=done), code=303)
    # The page itself is not over, though the offer may be: one may still leave.
    return make_response(overview.shown(form), 422 if form.errors else 200)
