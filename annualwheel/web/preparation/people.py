"""Those who write together.

They invite a colleague, mail the link again, remove a colleague, and choose who is the lead.
"""

from __future__ import annotations

from typing import Any

from flask import abort, g, make_response, redirect, render_template, session, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, RadioField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from annualwheel.preparation import collaborators, scopes
from annualwheel.preparation.collaborators import Collaborator
from annualwheel.questionnaires import published
from annualwheel.web import page, security
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.forms import SHORT, Address, BaseForm, NameFields, OneOf, Press, strip
from annualwheel.web.preparation import blueprint
from annualwheel.web.preparation.steps import page_head

WHOLE = "hela"


class ColleagueForm(NameFields, BaseForm):
    """The colleague to invite, and what they may write.

    A form for an answer that cannot be divided has no `share`.
    """

    email = EmailField(
        _l("E-postadress"),
        [Address(), SHORT],
        filters=[strip],
        description=_l("Hit skickar vi en personlig länk till svaret"),
    )
    share = RadioField(
        _l("Vad ska din kollega skriva?"),
        [OneOf(_l("Välj vad din kollega ska skriva"))],
        validate_choice=False,
    )
    message = TextAreaField(
        _l("Hälsning"),
        [Optional(), Length(max=1000, message=_l("Skriv högst 1 000 tecken"))],
        filters=[strip],
        description=_l("Står i mejlet till din kollega"),
    )

    def colleague(self) -> Collaborator:
        """What was filled in."""
        chosen = self.share.data if "share" in self else WHOLE
        return Collaborator(
            self.given.data,
            self.family.data,
            self.email.data,
            "" if chosen == WHOLE else chosen,
            self.message.data,
        )


class LeadForm(BaseForm):
    """The colleague who becomes the lead."""

    colleague = RadioField(
        _l("Vem ska vara samordnare?"),
        [OneOf(_l("Välj vem som ska vara samordnare"))],
        validate_choice=False,
    )


@blueprint.route("/kollegor/bjud-in", methods=["GET", "POST"])
def invite() -> Response:
    """Invites a colleague by name and address.

    When they write in the answer already, the page names them and offers to mail their link again.
    """
    _require_joint()
    form, here = _colleague_form(), page_head(g.member.submission)
    client = security.client()
    outcome = carried_out(
        form, lambda: collaborators.invite(g.member, form.colleague(), page.now(), client)
    )
    if outcome:
        return _told("invited", f"{form.given.data} {form.family.data}")
    if not form.is_submitted() and not here["is_open"]:
        return redirect(url_for("preparation.hub"), code=303)
    known = None
    if outcome.refusal:
        known = collaborators.known(g.member, form.given.data, form.family.data, form.email.data)
    html = render_template("preparation/invite.html", form=form, known=known, whole=WHOLE, **here)
    return make_response(html, form.status)


@blueprint.post("/kollegor/<colleague>/lank")
def mail_again(colleague: str) -> Response:
    """Mails a colleague the same link once more."""
    if not Press().accepted():
        return redirect(url_for("preparation.hub"), code=303)
    found = carry_out(
        lambda: collaborators.mail_again(g.member, colleague, page.now(), security.client())
    )
    return _told("mailed", found.person.name)


@blueprint.route("/kollegor/<colleague>/ta-bort", methods=["GET", "POST"])
def remove_colleague(colleague: str) -> Response:
    """Asks, then removes a colleague: their link ends, and what they wrote stays."""
    _require_joint()
    found, form = collaborators.one(g.member, colleague), Press()
    # Read before the act: afterwards the membership is gone.
    name = found.person.name
    if carried_out(form, lambda: collaborators.remove(g.member, colleague, page.now())):
        return _told("removed", name)
    if not form.is_submitted() and not collaborators.may_remove(g.member, found):
        return redirect(url_for("preparation.hub"), code=303)
    html = render_template(
        "preparation/remove.html", form=form, name=name, **page_head(g.member.submission)
    )
    return make_response(html, form.status)


@blueprint.route("/samordnare", methods=["GET", "POST"])
def hand_over() -> Response:
    """The lead chooses who takes over."""
    _require_joint()
    form, possible = LeadForm(), collaborators.successors(g.member)
    names = {member.public_id: member.person.name for member in possible}
    form.colleague.choices = [SelectChoice(key, name) for key, name in names.items()]
    name = names.get(form.colleague.data, "")

    def appoint() -> None:
        collaborators.hand_over_lead(g.member, form.colleague.data, page.now(), security.client())

    if carried_out(form, appoint):
        return _told("handed_over", name)
    if not form.is_submitted() and g.member.role != "lead":
        return redirect(url_for("preparation.hub"), code=303)
    html = render_template(
        "preparation/hand_over.html",
        form=form,
        possible=possible,
        **page_head(g.member.submission),
    )
    return make_response(html, form.status)


@blueprint.post("/samordnare/ta")
def take_lead() -> Response:
    """Makes the member the lead where the answer has none."""
    if not Press().accepted():
        return redirect(url_for("preparation.hub"), code=303)
    carry_out(lambda: collaborators.take_lead(g.member, page.now()))
    return _told("taken", "")


def said() -> dict[str, Any] | None:
    """What the button before this page did (`act`) and for whom (`name`). It is told once."""
    # In the session and not in the address, which would say it again whenever the page is reloaded.
    act, name = session.pop("said", ("", ""))
    return {"act": act, "name": name} if act else None


def _told(act: str, name: str) -> Response:
    session["said"] = [act, name]
    return redirect(url_for("preparation.hub"), code=303)


def _require_joint() -> None:
    # In a personal answer nobody else writes: these pages do not exist there.
    if g.member.submission.person_id is not None:
        abort(404)


def _colleague_form() -> ColleagueForm:
    form = ColleagueForm()
    divided = scopes.shares(published.asked_of(g.member.submission))
    form.share.choices = [
        SelectChoice(WHOLE, _l("Hela svaret")),
        *(SelectChoice(one.key, one.label.to(page.language())) for one in divided),
    ]
    if not divided:
        del form.share
    return form
