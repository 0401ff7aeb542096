"""Sign-in for staff: an address, a mailed link, a button."""
from __future__ import annotations

from flask import Response, make_response, redirect, render_template, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import jobs, staff
from annualwheel.errors import Missing
from annualwheel.house import house
from annualwheel.web import page, security
from annualwheel.web.forms import AskForLink, Press
from annualwheel.web.open import blueprint


@blueprint.route("/logga-in", methods=["GET", "POST"])
def sign_in() -> Response | AnyResponse:
    """Asks for an address; says the same whether it has an account or not."""
    form = AskForLink()
    if form.accepted():
        staff.ask_for_link(form.email.data, security.client(), page.now())
        jobs.commit()
        session["back"] = page.own_path("back")
        return redirect(url_for("open.sign_in_sent"), code=303)
    return make_response(render_template("open/sign_in.html", form=form), form.status)


@blueprint.get("/logga-in/skickad")
def sign_in_sent() -> str:
    """The mail is on its way, if there is an account."""
    return render_template("open/sign_in_sent.html")


@blueprint.get("/logga-in/<token>")
def sign_in_link(token: str) -> Response:
    """The mailed link: a page with a button. Changes nothing."""
    try:
        link = staff.usable_link(house().signet.read("staff", token), page.now())
    except Missing:
        return make_response(render_template("open/sign_in.html", form=AskForLink(), dead=True), 404)
    return make_response(render_template("open/sign_in_link.html", form=Press(), token=token, name=link.staff.name))


@blueprint.post("/logga-in/<token>")
def use_sign_in_link(token: str) -> Response | AnyResponse:
    """The pressed button: uses the link up and opens a session of 12 hours."""
    if not Press().accepted():
        return sign_in_link(token)
    try:
        opened = staff.sign_in(house().signet.read("staff", token), page.now())
    except Missing:
        return make_response(render_template("open/sign_in.html", form=AskForLink(), dead=True), 404)
    jobs.commit()
    back = session.pop("back", None)
    session["staff"] = opened
    return redirect(back or url_for("coordinator.year"), code=303)


@blueprint.post("/logga-ut")
def sign_out() -> AnyResponse:
    """Ends every session of this browser: staff, participant and preparation."""
    if session.get("staff"):
        staff.sign_out(session["staff"], page.now())
        jobs.commit()
    language = page.language()
    session.clear()
    session["language"] = language
    return redirect(url_for("open.signed_out"), code=303)


@blueprint.get("/utloggad")
def signed_out() -> str:
    """You are signed out."""
    return render_template("open/signed_out.html")
