"""The page of a registration.

It says what holds, what happens next and what can be changed. It has the calendar file and the way
to the preparation.
"""

from __future__ import annotations

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.cycle import years
from annualwheel.models import Questionnaire, Registration
from annualwheel.participation import colleagues
from annualwheel.preparation import membership
from annualwheel.questionnaires import opening
from annualwheel.registrations import joining, needs
from annualwheel.registrations.states import MAY_STATE_NEEDS, PREPARES
from annualwheel.web import page, session_links
from annualwheel.web.acting import carry_out
from annualwheel.web.forms import Press
from annualwheel.web.participant import blueprint
from annualwheel.web.parts import calendar_file, offered_acts

DONE = ("anmald", "andrad", "nej", "avbokad", "kvar", "behov", "raderat")


@blueprint.get("")
def confirmation() -> str:
    """Shows the registration, in whatever state it is."""
    done = request.args.get("klart", "")
    return shown(Press(formdata=None), done if done in DONE else "")


def shown(form: Press, done: str = "") -> str:
    """Makes the page as it is now.

    `form` may hold the refusal of a press on it; `done` is what the person has just done.
    """
    registration: Registration = g.registration
    meeting, now = registration.meeting, page.now()
    return render_template(
        "participant/confirmation.html",
        registration=registration,
        meeting=meeting,
        offer=offered_acts.of(registration, now),
        stated=needs.of(registration),
        needs_served=registration.state in MAY_STATE_NEEDS,
        done=done,
        followup=years.phase(meeting, "followup"),
        queue=offered_acts.queue(registration, now),
        form=form,
        asks=offered_acts.asked(registration, now),
        joining=joining.of_seat(registration),
        with_colleagues=colleagues.why_not(registration, now) is None,
    )


@blueprint.get("/kalender.ics")
def calendar() -> Response:
    """Gives the calendar entry as a file, for calendars that did not take the mailed one.

    Before an answer the file keeps the day free.
    """
    return calendar_file.answer(g.registration)


@blueprint.post("/forberedelse")
def open_preparation() -> AnyResponse:
    """Lets the person write in an answer and opens a session for it when the button is pressed."""
    registration: Registration = g.registration
    back = redirect(url_for("participant.confirmation"), code=303)
    if registration.state not in PREPARES:
        return back
    questionnaire = _pressed(registration)
    if questionnaire is None or page.now() < opening.opens_at(questionnaire):
        return back
    if not Press().accepted():
        return back
    member = carry_out(lambda: membership.of_registration(registration, questionnaire, page.now()))
    if member is None:
        return back
    session_links.note("member", member)
    return redirect(url_for("preparation.hub"), code=303)


def _pressed(registration: Registration) -> Questionnaire | None:
    """The questionnaire whose button was pressed, or the meeting's only one."""
    asked, key = registration.meeting.questionnaires, page.pressed("formular")
    if not key and len(asked) == 1:
        return asked[0]
    return next((one for one in asked if one.key == key), None)
