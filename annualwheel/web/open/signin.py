"""Sign-in for staff: an address, a mailed link, a button."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.access import personal_links
from annualwheel.accounts import staff
from annualwheel.errors import Missing
from annualwheel.privacy import own_data
from annualwheel.services import services
from annualwheel.web import page, security, session_links
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.forms import AskForLink, Press
from annualwheel.web.open import blueprint


@blueprint.route("/logga-in", methods=["GET", "POST"])
def sign_in() -> Response | AnyResponse:
    """Asks for an address. The answer is the same whether it has an account or not."""
    form = AskForLink()
    if carried_out(
        form, lambda: staff.ask_for_link(form.email.data, security.client(), page.now())
    ):
        # Kept in the session: the link comes by mail, and its address says nothing of the page.
        session["back"] = page.own_path("back")
        return redirect(url_for("open.sign_in_sent"), code=303)
    return make_response(render_template("open/sign_in.html", form=form, dead=False), form.status)


@blueprint.get("/logga-in/skickad")
def sign_in_sent() -> str:
    """Says that the mail is on its way, if there is an account."""
    return render_template("open/sign_in_sent.html")


@blueprint.get("/logga-in/<token>")
def sign_in_link(token: str) -> Response:
    """Shows a page with a button. It changes nothing."""
    return _with_button(token, Press(formdata=None))


@blueprint.post("/logga-in/<token>")
def use_sign_in_link(token: str) -> Response | AnyResponse:
    """Uses the link up and opens a session of 12 hours when the button is pressed."""
    form = Press()
    if not form.accepted():
        return _with_button(token, form)
    try:
        opened = carry_out(lambda: _signed_in(token))
    except Missing:
        return _dead_link()
    person = staff.of_session(opened, page.now())
    plans = person is not None and staff.has_role(person, ("coordinator", "administrator"))
    back = session.pop("back", None)
    session["staff"] = opened
    home = url_for("coordinator.year" if plans else "facilitator.answers")
    return redirect(back or home, code=303)


@blueprint.post("/logga-ut")
def sign_out() -> Response | AnyResponse:
    """Ends every session of this browser: staff, participant and preparation.

    The form needs our token, so that another site cannot sign anybody out.
    """
    form = Press()
    if not form.accepted():
        return make_response(render_template("open/sign_out.html", form=form), form.status)
    # In the database too: a copy of the cookie must not live on.
    carry_out(_sign_out)
    # Read before the session is cleared: the page that follows speaks the same language.
    language, account = page.language(), "1" if session.get("staff") else None
    session.clear()
    session["language"] = language
    return redirect(url_for("open.signed_out", konto=account), code=303)


@blueprint.get("/utloggad")
def signed_out() -> str:
    """Says that the person is signed out. Staff need a new link; a personal link still works."""
    return render_template("open/signed_out.html", account="konto" in request.args)


def _sign_out() -> None:
    if session.get("staff"):
        staff.sign_out(session["staff"], page.now())
    own = own_data.opened(session.get("own_data"))
    personal_links.sign_out(
        [*session_links.opened("registration"), *session_links.opened("member"), *own]
    )


def _signed_in(token: str) -> str:
    """Opens a session, and ends that of whoever was signed in here before."""
    opened = staff.sign_in(services().link_signer.read("staff", token), page.now())
    if session.get("staff"):
        staff.sign_out(session["staff"], page.now())
    return opened


def _with_button(token: str, form: Press) -> Response:
    try:
        link = staff.usable_link(services().link_signer.read("staff", token), page.now())
    except Missing:
        return _dead_link()
    g.own_language = link.staff.language
    return make_response(render_template("open/sign_in_link.html", form=form), form.status)


def _dead_link() -> Response:
    """Makes the one page for unknown, used and old links, with the form for a new one."""
    html = render_template("open/sign_in.html", form=AskForLink(formdata=None), dead=True)
    return make_response(html, 404)
