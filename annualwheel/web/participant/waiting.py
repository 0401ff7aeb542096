"""The answer to an offered seat: yes, no, or not now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, g, make_response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.participation import offers, replies
from annualwheel.web import page
from annualwheel.web.acting import carried_out
from annualwheel.web.forms import Press
from annualwheel.web.participant import acting, blueprint, overview

# The value of the button, its act, and what the page then says was done.
ANSWERS: Mapping[str, tuple[Callable[..., None], str]] = {
    "take": (offers.accept, "anmald"),
    "stay": (offers.stay, "kvar"),
    "leave": (replies.withdraw, "avbokad"),
}


@blueprint.post("/erbjudande")
def answer_offer() -> Response | AnyResponse:
    """Does what one of the three buttons says.

    The same press twice shows the same page; a press that comes too late says so.
    """
    form, now, actor = Press(), page.now(), acting()
    act, done = ANSWERS.get(page.pressed("answer"), (None, ""))
    if act is None:
        return redirect(url_for("participant.confirmation"), code=303)
    if carried_out(form, lambda: act(g.registration, now, actor)):
        return redirect(url_for("participant.confirmation", klart=done), code=303)
    # Not `form.status`, which is 410 for an offer that is over: the person can still act here.
    return make_response(overview.shown(form), 422 if form.errors else 200)
