"""What a mailed link opens: a page that changes nothing; only a pressed button lets in. And a new link for a lost one."""
from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import jobs, lost_links
from annualwheel.errors import Missing
from annualwheel.house import house
from annualwheel.models import Registration
from annualwheel.questionnaires import membership
from annualwheel.registrations import invitations, seats
from annualwheel.web import page, security
from annualwheel.web.forms import AskForLink, Press
from annualwheel.web.open import blueprint

ROUTES = {"yes": "participant.register", "substitute": "participant.substitute", "no": "participant.decline",
          "see": "participant.confirmation"}


@blueprint.get("/i/<token>")
def landing(token: str) -> str | Response:
    """The invitation, in whatever state it is."""
    registration = _registration(token)
    if registration is None:
        return _dead_link()
    g.own_language = registration.person.language
    return render_template("open/landing.html", registration=registration, meeting=registration.meeting, form=Press(),
                           token=token, full=seats.is_full(registration.meeting))


@blueprint.post("/i/<token>")
def enter(token: str) -> str | Response | AnyResponse:
    """A pressed button: exchanges the link for a session cookie and goes to a page without the token."""
    registration = _registration(token)
    if registration is None:
        return _dead_link()
    form = Press()
    if not form.accepted():
        return landing(token)
    session.permanent = True
    session["registration"] = [registration.public_id, registration.link_version]
    return redirect(url_for(ROUTES.get(page.pressed("answer"), "participant.confirmation")), code=303)


@blueprint.get("/f/<token>")
def preparation(token: str) -> str | Response:
    """The way in to the preparation: a page with one button, so that no mail scanner gets further."""
    target = house().signet.read("member", token)
    try:
        member = membership.by_target(target)
    except Missing:
        return _dead_link()
    g.own_language = member.person.language
    return render_template("open/preparation.html", member=member, submission=member.submission, form=Press(), token=token)


@blueprint.post("/f/<token>")
def enter_preparation(token: str) -> str | Response | AnyResponse:
    """A pressed button: opens a session of 14 days for this answer."""
    target = house().signet.read("member", token)
    try:
        member = membership.by_target(target)
    except Missing:
        return _dead_link()
    form = Press()
    if not form.accepted():
        return preparation(token)
    session.permanent = True
    session["member"] = [member.public_id, member.link_version]
    return redirect(url_for("preparation.hub"), code=303)


@blueprint.route("/lank", methods=["GET", "POST"])
def new_link() -> str | Response | AnyResponse:
    """Mails new links to an address on file; the answer is the same whether it is known or not."""
    form = AskForLink()
    if form.accepted():
        lost_links.ask(form.email.data, security.client(), page.now())
        jobs.commit()
        return redirect(url_for("open.link_sent"), code=303)
    return make_response(render_template("open/new_link.html", form=form, dead=False), form.status)


@blueprint.get("/lank/skickad")
def link_sent() -> str:
    """The same calm words for every address."""
    return render_template("open/link_sent.html")


def _registration(token: str) -> Registration | None:
    target = house().signet.read("registration", token)
    try:
        return invitations.by_target(target) if target else None
    except Missing:
        return None


def _dead_link() -> Response:
    """One page for unknown, cut off, old and revoked links."""
    return make_response(render_template("open/new_link.html", form=AskForLink(), dead=True), 404)
