"""The pages that mailed links open, and the form for a new link.

A page changes nothing when it is opened: only a pressed button lets the person in.
"""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.errors import Missing
from annualwheel.models import Member, Registration
from annualwheel.participation import (
    address_change,
    link_recovery,
    open_registration,
    substitution,
    substitution_undone,
)
from annualwheel.preparation import deadline, membership
from annualwheel.questionnaires import effort, opening, published
from annualwheel.registrations import invitations
from annualwheel.services import services
from annualwheel.web import page, security, session_links
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.forms import AskForLink, Press
from annualwheel.web.open import blueprint
from annualwheel.web.parts import calendar_file, offered_acts

ROUTES = {
    "yes": "participant.register",
    "substitute": "participant.substitute",
    "no": "participant.decline",
    "see": "participant.confirmation",
    "result": "participant.results",
    "instead": "participant.substitute",
}


@blueprint.get("/i/<token>")
def landing(token: str) -> Response:
    """Shows the invitation, in whatever state it is. It says no more than the mail did."""
    registration = registration_of(token)
    return _gone(token) if registration is None else _landing(registration, Press(formdata=None))


@blueprint.post("/i/<token>")
def enter(token: str) -> Response | AnyResponse:
    """Exchanges the link for a session cookie when the button is pressed.

    It leads on to a page whose address has no token.
    """
    registration = registration_of(token, whole=False)
    if registration is None:
        return _gone(token)
    form = Press()
    if not form.accepted():
        return _landing(registration, form)
    wanted = ""
    if registration.state == "unconfirmed":
        # The press is what shows that the address is theirs: a mail scanner only opens the page.
        carry_out(lambda: open_registration.confirm(registration, page.now()))
        wanted = registration.mode
    elif registration.person.address_unproven:
        carry_out(lambda: address_change.prove(registration.person, page.now()))
    session.permanent = True
    session_links.note("registration", registration)
    if wanted:
        return redirect(url_for("participant.register", satt=wanted), code=303)
    answer = page.pressed("answer")
    # Whatever the button says, it only leads to the page that asks; nothing is answered here.
    endpoint = ROUTES.get(answer, "participant.confirmation")
    who = "jag" if answer == "instead" else None
    return redirect(url_for(endpoint, vem=who), code=303)


@blueprint.post("/i/<token>/angra")
def take_back(token: str) -> Response | AnyResponse:
    """Takes a substitution back: the seat or the invitation is the first person's again."""
    target = services().link_signer.read("registration", token)
    replaced = substitution.replaced_by_link(target) if target else None
    here = redirect(url_for("open.landing", token=token, tillbaka=1), code=303)
    if replaced is None:
        # A second press: the link opens what it did before.
        return here if registration_of(token) else dead_link()
    actor = audit.participant(replaced.person_id, security.client(), page.language())
    form = Press()
    if carried_out(form, lambda: substitution_undone.undo(replaced, page.now(), actor)):
        return here
    return _gone(token, form)


@blueprint.get("/i/<token>/kalender.ics")
def hold(token: str) -> Response:
    """Gives the meeting as a calendar file to somebody who has not answered yet.

    It changes nothing, and the file does not hold the link.
    """
    registration = registration_of(token)
    return dead_link() if registration is None else calendar_file.answer(registration)


@blueprint.get("/ersatt")
def handed_over() -> str | AnyResponse:
    """Says that a substitute has the seat or the invitation, and that this browser is out."""
    # The name is in the session and not in the address, which anybody could write.
    if "handed_over" not in session:
        return redirect(url_for("open.start"), code=303)
    return render_template(
        "open/handed_over.html",
        name=session["handed_over"],
        seated=session.get("handed_over_seat", True),
        forwarded=request.args.get("vem") == "jag",
    )


@blueprint.get("/f/<token>")
def preparation(token: str) -> Response:
    """Shows the way in to the preparation: a page with one button, where a mail scanner stops."""
    member = _member(token)
    return dead_link() if member is None else _preparation(member, Press(formdata=None))


@blueprint.post("/f/<token>")
def enter_preparation(token: str) -> Response | AnyResponse:
    """Opens a session of 14 days for this answer when the button is pressed."""
    member = _member(token)
    if member is None:
        return dead_link()
    form = Press()
    if not form.accepted():
        return _preparation(member, form)

    def note_opening() -> None:
        # First, since it may need the locks of all the person's meetings.
        address_change.prove(member.person, page.now())
        membership.note_opening(member, page.now())

    carry_out(note_opening)
    session.permanent = True
    session_links.note("member", member)
    wants_results = page.pressed("answer") == "result"
    endpoint = "preparation.results" if wants_results else "preparation.hub"
    return redirect(url_for(endpoint), code=303)


@blueprint.route("/lank", methods=["GET", "POST"])
def new_link() -> str | Response | AnyResponse:
    """Mails new links to an address on file; the answer is the same whether it is known or not."""
    form = AskForLink()
    if carried_out(form, lambda: link_recovery.ask(form.email.data, security.client(), page.now())):
        return redirect(url_for("open.link_sent"), code=303)
    return make_response(render_template("open/new_link.html", form=form, dead=False), form.status)


@blueprint.get("/lank/skickad")
def link_sent() -> str:
    """Says the same words for every address."""
    return render_template("open/link_sent.html", own_data=False)


def registration_of(token: str, *, whole: bool = True) -> Registration | None:
    """The registration that a personal link opens, None for a dead link.

    It is read `whole`, or with its person alone.
    """
    target = services().link_signer.read("registration", token)
    try:
        return invitations.by_target(target, whole=whole) if target else None
    except Missing:
        return None


def _member(token: str) -> Member | None:
    try:
        return membership.by_target(services().link_signer.read("member", token))
    except Missing:
        return None


def _landing(registration: Registration, form: Press) -> Response:
    # Somebody who has never been here reads the page in the language of their mail.
    g.own_language = registration.person.language
    meeting = registration.meeting
    html = render_template(
        "open/landing.html",
        registration=registration,
        meeting=meeting,
        form=form,
        offer=offered_acts.of(registration, page.now()),
        queue=offered_acts.queue(registration, page.now()),
        open_to_all=open_registration.why_closed(meeting, page.now()) is None,
        followup=years.phase(meeting, "followup"),
        asks=offered_acts.asked(registration, page.now()),
    )
    return make_response(html, form.status)


def _preparation(member: Member, form: Press) -> Response:
    g.own_language = member.person.language
    meeting = member.submission.questionnaire.meeting
    asked = published.asked_of(member.submission)
    html = render_template(
        "open/preparation.html",
        member=member,
        submission=member.submission,
        meeting=meeting,
        form=form,
        closes=deadline.closes_at(member.submission),
        asked=asked,
        minutes=effort.minutes(asked),
        named=opening.is_named(member.submission.questionnaire),
        after=not opening.prepares(member.submission.questionnaire),
    )
    return make_response(html, form.status)


def _gone(token: str, form: Press | None = None) -> Response:
    """Makes the page of a link that opens nothing any more.

    To whoever has the very link that a substitute was sent with it says who was sent; whoever sent
    them named them, and all that it says is in the mail about it.
    """
    target = services().link_signer.read("registration", token)
    handed = substitution.handed_to(target) if target else None
    if handed is None:
        return dead_link()
    replaced = substitution.replaced_by_link(target) if target else None
    can_undo = replaced and substitution_undone.is_offered(replaced, page.now())
    html = render_template(
        "open/replaced.html",
        name=handed[0],
        token=token,
        form=form or Press(formdata=None),
        undo_until=substitution_undone.until(replaced) if replaced and can_undo else None,
    )
    return make_response(html, form.status if form and form.errors else 410)


def dead_link() -> Response:
    """Makes the one page for unknown, cut, old and revoked links: it tells nobody which it was."""
    html = render_template("open/new_link.html", form=AskForLink(formdata=None), dead=True)
    return make_response(html, 404)
