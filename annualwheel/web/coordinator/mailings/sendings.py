"""Sending to many.

Whom, the text with a real recipient, a test to yourself, the number, and then how it goes.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import (
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.errors import DomainError, Refused
from annualwheel.jobs import queue
from annualwheel.mail import kinds, letters
from annualwheel.mail.letters import Letter
from annualwheel.mailings import drafts, log
from annualwheel.mailings.kinds import asked, registry
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.mailings.sending import by_public_id, confirm, confirmed, pause, resume
from annualwheel.mailings.sending import standing as progress_of
from annualwheel.models import Mailing, Meeting
from annualwheel.questionnaires import opening, published
from annualwheel.registrations import audiences
from annualwheel.registrations.audiences import Addressee, Choice
from annualwheel.services import enqueue, services
from annualwheel.web import error_messages, page
from annualwheel.web.acting import carry_out
from annualwheel.web.coordinator import blueprint, categories
from annualwheel.web.coordinator.mailings import kind_words
from annualwheel.web.forms import TOO_OLD, Press
from annualwheel.web.wording import staff_words, words

# A longer list cannot be ticked through by a person; then the choice itself has to be narrower.
TICKED = 500
FAILED = 20
# The mail is a page of its own with styles inside, shown in a frame that may neither run nor open
# anything.
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def order_of(meeting: Meeting, what: str) -> MailingDraft:
    """What the address asks for: the kind of mailing, and whom, where that is chosen."""
    kind = registry.BY_ADDRESS.get(what) or abort(404)
    if kind.about_a_questionnaire:
        return MailingDraft(meeting, kind.key, questionnaire=_asked(meeting))
    return MailingDraft(meeting, kind.key, _choice() if kind.by_choice else None)


def _asked(meeting: Meeting) -> str:
    """The key of the questionnaire that the address names, else of the one in turn."""
    named = request.args.get("formular", "")
    if named:
        return published.one(meeting, named).key
    in_turn = opening.due(meeting, page.now())
    return in_turn.key if in_turn else ""


def _choice() -> Choice | None:
    kind, _colon, key = request.args.get("urval", "").partition(":")
    if kind not in audiences.CHOICES:
        return None
    if kind == "people":
        return Choice("people", people=audiences.people_like(request.args.get("sok", ""), TICKED))
    return Choice(kind, key)


@blueprint.route("/mote/<int:number>/<meeting:kind>/utskick/<what>", methods=["GET", "POST"])
def compose(number: int, kind: str, what: str) -> AnyResponse:
    """One page to choose, read and test; the next asks once more; the last act sends."""
    meeting = years.meeting_of(number, kind)
    order = order_of(meeting, what)
    try:
        drafts.require_possible(meeting, order.kind, page.now(), order.questionnaire)
    except DomainError as problem:
        return _impossible(meeting, order, error_messages.sentence(problem))
    form = Press()
    if not form.accepted():
        return _compose(order, what, str(TOO_OLD) if form.expired else "")
    step = page.pressed("steg")
    act = {"skicka": _send, "text": _compose, "test": _test}.get(step, _confirm)
    return act(replace(order, left_out=_left_out(step)), what)


def _left_out(step: str) -> frozenset[str]:
    """Whose rows are not ticked.

    The list has a tick for each row; the page after it names those that were left out.
    """
    listed = request.form.getlist
    if step in ("skicka", "text"):
        return frozenset(listed("utan"))
    return frozenset(listed("rad")) - frozenset(listed("med"))


def _impossible(meeting: Meeting, order: MailingDraft, why: str) -> AnyResponse:
    html = render_template(
        "coordinator/sending_closed.html", active="year", meeting=meeting, order=order, why=why
    )
    return make_response(html)


def _compose(order: MailingDraft, what: str, problem: str = "") -> AnyResponse:
    """The page with everybody in the list; the rows of those the order leaves out are unticked."""
    rows = drafts.everyone(order, page.now())
    sample = _sample(rows)
    html = render_template(
        "coordinator/sending_compose.html",
        active="year",
        meeting=order.meeting,
        order=order,
        by_choice=registry.of(order.kind).by_choice,
        has_link=bool(kinds.KINDS[order.kind].links),
        said=kind_words.PAGES[order.kind],
        what=what,
        rows=rows,
        sample=sample,
        letter=drafts.letter(order, sample, page.now()),
        plain=plain(drafts.letter(order, sample, page.now())),
        most=TICKED,
        examples=_examples(rows),
        tested=drafts.tested_at(order, g.staff, page.now()),
        form=Press(),
        choices=_choices(order.meeting),
        chosen=request.args.get("urval", ""),
        text=request.args.get("sok", ""),
        args=_args(order),
        warning=_warning(order),
        several=_several(order),
        problem=problem,
    )
    return make_response(html, 409 if problem else 200)


def plain(letter: Letter) -> str:
    """A mail as plain text, with a word where its link will stand."""
    return letters.PLACEHOLDER.sub(lambda _found: _("[personlig länk]"), letter.text)


def _args(order: MailingDraft) -> dict[str, Any]:
    """What the address says of the order; which questionnaire, where the meeting has several."""
    args = {name: request.args[name] for name in ("urval", "sok") if request.args.get(name)}
    if order.questionnaire and len(order.meeting.questionnaires) > 1:
        args["formular"] = order.questionnaire
    return args


def _several(order: MailingDraft) -> list[tuple[str, str]]:
    """The questionnaires the mail may be about, by key with their titles, where there are several.

    The one it is about comes first.
    """
    several = order.meeting.questionnaires if order.questionnaire else []
    if len(several) < 2:
        return []
    in_order = sorted(several, key=lambda one: one.key != order.questionnaire)
    return [(one.key, published.title_of(one).to(page.language())) for one in in_order]


def _sample(rows: list[Addressee]) -> Addressee:
    """The recipient whose mail is shown.

    The one asked for, else the first; a made-up one while there are none.
    """
    asked = request.args.get("visa", "")
    first = rows[0] if rows else drafts.ANYONE
    return next((one for one in rows if one.key == asked), first)


def _examples(rows: list[Addressee]) -> list[Addressee]:
    """Recipients worth a look: the first, the longest name, one who reads English."""
    if not rows:
        return []
    wanted = [
        rows[0],
        max(rows, key=lambda one: len(one.name) + len(one.organisation)),
        next((one for one in rows if one.language == "en"), rows[-1]),
    ]
    return list(dict.fromkeys(wanted))


def _choices(meeting: Meeting) -> list[tuple[str, list[tuple[str, str]]]]:
    """The audiences an invitation may go to: a word, and its values with what they are called."""
    kinds = [(f"category:{key}", name) for key, name in categories.named()]
    imports = [
        (f"import:{one.public_id}", one.file_name) for one in audiences.imports_of(meeting.year)
    ]
    others = [(key, staff_words.say(key, "choice")) for key in ("lead", "last_year", "people")]
    return [
        (staff_words.say("category", "choice"), kinds),
        (staff_words.say("import", "choice"), imports),
        (_("Andra urval"), others),
    ]


def _warning(order: MailingDraft) -> str:
    """What a recipient who opens the link at once would meet.

    An invitation can be answered as soon as it comes.
    """
    if not registry.of(order.kind).about_a_questionnaire:
        return ""
    questionnaire = asked.questionnaire_of(order)
    opens = opening.opens_at(questionnaire)
    if page.now() >= opens:
        return ""
    return str(kind_words.TOO_EARLY[questionnaire.timing]) % {"day": words.day(opens)}


def _test(order: MailingDraft, what: str) -> AnyResponse:
    """Rows that were unticked before the test are so after it; the address has no room for them."""
    one = _sample(drafts.recipients(order, page.now()))
    carry_out(lambda: drafts.send_test(order, one, g.staff, page.now()))
    flash(_("Testet är på väg till %(address)s.", address=g.staff.email))
    return _compose(order, what) if order.left_out else redirect(_here(order, what), code=303)


def _here(order: MailingDraft, what: str) -> str:
    return url_for(
        "coordinator.compose",
        number=order.meeting.year.number,
        kind=order.meeting.kind,
        what=what,
        **_args(order),
    )


def _confirm(order: MailingDraft, what: str, problem: str = "") -> AnyResponse:
    """The last page before anything is sent. It has changed nothing."""
    rows = drafts.recipients(order, page.now())
    tested = drafts.tested_at(order, g.staff, page.now())
    if not rows or tested is None:
        missing = "test_needed" if rows else "nobody_left"
        return _compose(order, what, error_messages.sentence(Refused(missing)))
    html = render_template(
        "coordinator/sending_confirm.html",
        active="year",
        meeting=order.meeting,
        order=order,
        rows=rows,
        tested=tested,
        form=Press(),
        letter=drafts.letter(order, rows[0], page.now()),
        english=sum(one.language == "en" for one in rows),
        key=secrets.token_urlsafe(12),
        head=services().letterhead,
        here=_here(order, what),
        several=_several(order),
        warning=_warning(order),
        problem=problem,
    )
    return make_response(html, 409 if problem else 200)


def _send(order: MailingDraft, what: str) -> AnyResponse:
    """A second press sends nothing more."""
    expected, key = request.form.get("antal", 0, int), request.form.get("nyckel", "")[:40]
    try:
        mailing = carry_out(lambda: _confirmed(order, key, expected))
    except Refused as problem:
        return _confirm(order, what, error_messages.sentence(problem))
    set_going(mailing.id, mailing.state)
    return redirect(url_for("coordinator.sending", public_id=mailing.public_id), code=303)


def _confirmed(order: MailingDraft, key: str, expected: int) -> Mailing:
    """A person sends what they have had a test of; what is confirmed already needs no other."""
    if confirmed(key) is None:
        drafts.require_tested(order, g.staff, page.now())
    return confirm(order, key, expected, audit.staff(g.staff.id), page.now())


def set_going(mailing_id: int, state: str) -> None:
    """After the commit: has a large mailing written, and what is written sent."""
    if state == "preparing":
        enqueue("prepare_mailing", mailing_id)
    else:
        queue.start_drains()


@blueprint.get("/mote/<int:number>/<meeting:kind>/utskick/<what>/mejl")
def sample_mail(number: int, kind: str, what: str) -> Response:
    """The mail as HTML for the frame on the page.

    Exactly as it will go, with a link that leads nowhere.
    """
    order = order_of(years.meeting_of(number, kind), what)
    one = _sample(drafts.recipients(order, page.now()))
    letter = drafts.letter(order, one, page.now())
    base = services().settings.base_url
    links = {
        "landing": f"{base}/i/exempel",
        "preparation": f"{base}/f/exempel",
        "result": f"{base}/i/exempel",
    }
    sealed = letters.render(letter, one.language, links, services().letterhead)
    response = make_response(sealed.html)
    response.headers["Content-Security-Policy"] = FRAMED
    return response


@blueprint.get("/utskick/<public_id>")
def sending(public_id: str) -> str:
    """How a mailing goes. The page may be closed; it is read again by itself or by its link."""
    mailing = by_public_id(public_id)
    standing, kind = progress_of(mailing), registry.of(mailing.kind)
    about = asked.of_mailing(mailing)
    running = mailing.state == "preparing" or (mailing.state == "sending" and standing.waiting > 0)
    return render_template(
        "coordinator/sending.html",
        active="mailings",
        mailing=mailing,
        about=published.title_of(about).to(page.language())
        if about and opening.is_named(about)
        else "",
        standing=standing,
        running=running,
        announced=not kind.address,
        reminds=kind.reminds,
        said=kind_words.PAGES.get(mailing.kind),
        form=Press(),
        failed=log.newest(log.Wanted(group="stopped", mailing_id=mailing.id), FAILED),
        most=FAILED,
    )


@blueprint.post("/utskick/<public_id>/<act>")
def steer(public_id: str, act: str) -> AnyResponse:
    """Pauses a mailing or lets it go on."""
    mailing, actor = by_public_id(public_id), audit.staff(g.staff.id)
    if act not in ("pausa", "fortsatt"):
        abort(404)
    if Press().accepted():
        steered = pause if act == "pausa" else resume
        carry_out(lambda: steered(mailing, page.now(), actor))
        if act == "fortsatt":
            set_going(mailing.id, mailing.state)
    return redirect(url_for("coordinator.sending", public_id=public_id), code=303)
