"""The way in to the own details.

It is an address, a mail, a link that lives for half an hour, and a pressed button.
"""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.errors import Missing
from annualwheel.models import Person
from annualwheel.participation import address_change
from annualwheel.privacy import own_data
from annualwheel.registrations import invitations
from annualwheel.services import services
from annualwheel.web import page, security, session_links
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.forms import AskForLink, Press
from annualwheel.web.open import blueprint


@blueprint.route("/mina-uppgifter", methods=["GET", "POST"], endpoint="own_data")
def ask_for_own_data() -> Response | AnyResponse:
    """Mails a link to an address on file; the answer is the same whether it is known or not.

    The form has the address of a person who is let in with a registration.
    """
    person = _on_file()
    form = AskForLink(data={"email": person.email if person else ""})
    own = person.email if person and not person.address_unproven else ""

    def ask() -> None:
        own_data.ask(form.email.data, security.client(), page.now(), own)

    if carried_out(form, ask):
        return redirect(url_for("open.own_data_sent"), code=303)
    return make_response(render_template("open/own_data.html", form=form, dead=False), form.status)


@blueprint.get("/mina-uppgifter/skickat")
def own_data_sent() -> str:
    """Says the same words for every address."""
    return render_template("open/link_sent.html", own_data=True)


@blueprint.get("/mina-uppgifter/stangt")
def own_data_closed() -> str:
    """Says that the page with the details is closed on this computer."""
    return render_template("open/own_data_closed.html")


@blueprint.get("/u/<token>")
def own_data_link(token: str) -> Response:
    """Shows a page with a button. It says no more than the mail did."""
    person = _person(token)
    return _dead() if person is None else _button(person, Press(formdata=None))


@blueprint.post("/u/<token>")
def enter_own_data(token: str) -> Response | AnyResponse:
    """Opens the person's own details for half an hour when the button is pressed."""
    person = _person(token)
    if person is None:
        return _dead()
    form = Press()
    if not form.accepted():
        return _button(person, form)
    session.permanent = True
    # With the moment of the press: the half hour is counted from it, whatever the cookie lives.
    if person.address_unproven:
        carry_out(lambda: address_change.prove(person, page.now()))
    session["own_data"] = own_data.session_of(person, int(page.now().timestamp()))
    return redirect(url_for("owner.overview"), code=303)


def _person(token: str) -> Person | None:
    try:
        return own_data.by_target(services().link_signer.read("own_data", token, page.now()))
    except Missing:
        return None


def _on_file() -> Person | None:
    """The person who is let in with a registration in this browser."""
    link = session_links.newest("registration")
    try:
        return invitations.by_target(*link).person if link else None
    except Missing:
        return None


def _button(person: Person, form: Press) -> Response:
    g.own_language = person.language
    html = render_template("open/own_data_link.html", person=person, form=form)
    return make_response(html, form.status)


def _dead() -> Response:
    html = render_template("open/own_data.html", form=AskForLink(formdata=None), dead=True)
    return make_response(html, 404)
