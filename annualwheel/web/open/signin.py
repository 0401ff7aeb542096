"""Sign-in for staff: an address, a mailed link, a button."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.accounts import staff
from annualwheel.errors import Missing
from annualwheel.services import services
from annualwheel.web import page, security
from annualwheel.web.acting import carry_out
from annualwheel.web.forms import AskForLink, Press
from annualwheel.web.open import blueprint


@blueprint.route("/logga-in", methods=["GET", "POST"])
def sign_in() -> Response | AnyResponse:
    """Asks for an address; says the same whether it has an account or not."""
    form = AskForLink()
    if form.accepted():
        carry_out(lambda: staff.ask_for_link(form.email.data, security.client(), page.now()))
        session["back"] = page.own_path("back")
        return redirect(url_for("open.sign_in_sent"), code=303)
    return make_response(render_template("open/sign_in.html", form=form, dead=False), form.status)


@blueprint.get("/logga-in/skickad")
def sign_in_sent() -> str:
    """The mail is on its way, if there is an account."""
    return render_template("open/sign_in_sent.html")


@blueprint.get("/logga-in/<token>")
def sign_in_link(token: str) -> Response:
    """The mailed link: a page with a button. Changes nothing."""
    return _with_button(token, Press(formdata=None))


@blueprint.post("/logga-in/<token>")
def use_sign_in_link(token: str) -> Response | AnyResponse:
    """The pressed button: uses the link up and opens a session of 12 hours."""
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

    Another site cannot press it for anybody.
    """
    form = Press()
    if not form.accepted():
        return make_response(render_template("open/sign_out.html", form=form), form.status)
    if session.get("staff"):
        carry_out(lambda: staff.sign_out(session["staff"], page.now()))
    language, account = page.language(), "1" if session.get("staff") else None
    session.clear()
    session["language"] = language
    return redirect(url_for("open.signed_out", konto=account), code=303)


@blueprint.get("/utloggad")
def signed_out() -> str:
    """You are signed out. Who had an account needs a new link; a personal one still works."""
    return render_template("open/signed_out.html", account="konto" in request.args)


def _signed_in(token: str) -> str:
    """Opens a session. Whoever was signed in here before is so no longer."""
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
    """One page for unknown, used and old links; a new one is asked for on the sign-in page."""
    html = render_template("open/sign_in.html", form=AskForLink(formdata=None), dead=True)
    return make_response(html, 404)
