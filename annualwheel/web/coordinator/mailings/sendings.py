"""Sending to many.

A coordinator chooses the recipients, reads the text as a real one gets it, mails a test to
themselves, confirms the number, and follows how far the mailing has come.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
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
from annualwheel.mail import kinds, letters
from annualwheel.mail.letters import Letter
from annualwheel.mailings import drafts
from annualwheel.mailings.kinds import asked, registry
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.mailings.sending import (
    choose,
    confirm,
    confirmed,
)
from annualwheel.models import Mailing, Meeting
from annualwheel.questionnaires import opening, published
from annualwheel.registrations import audiences
from annualwheel.registrations.audiences import Addressee, Choice
from annualwheel.services import services
from annualwheel.web import error_messages, page
from annualwheel.web.acting import carry_out
from annualwheel.web.coordinator import blueprint, categories
from annualwheel.web.coordinator.mailings import dead_ends, following, kind_words
from annualwheel.web.forms import TOO_OLD, Press
from annualwheel.web.parts import mail_names
from annualwheel.web.wording import staff_words, words

# Nobody can tick through a longer list; then the choice itself has to be narrower.
TICKED = 500
# Who has been asked within this time is not ticked: nobody is to be asked again the day after.
LATELY = dt.timedelta(days=3)
# The mail is an HTML page with inline styles. The frame that shows it may neither run nor open
# anything.
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def read_draft(meeting: Meeting, what: str) -> MailingDraft:
    """The draft that the address asks for: the kind, and the recipients where they are chosen."""
    kind = registry.BY_ADDRESS.get(what) or abort(404)
    if kind.about_a_questionnaire:
        return MailingDraft(meeting, kind.key, questionnaire=_asked(meeting))
    group = request.args.get("grupp", "")
    return MailingDraft(
        meeting,
        kind.key,
        _choice() if kind.by_choice else None,
        group=group if group in kind.groups else "",
    )


def _asked(meeting: Meeting) -> str:
    """The key of the questionnaire that the address names, else of the one that is due."""
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
    """Shows one page to choose, read and test, then one that asks once more, and sends."""
    meeting = years.meeting_of(number, kind)
    draft = read_draft(meeting, what)
    try:
        drafts.require_possible(meeting, draft.kind, page.now(), draft.questionnaire)
    # Not the error page: this one says which mailing is not possible, and leads to its meeting.
    except DomainError as problem:
        return _impossible(draft, what, problem)
    form = Press()
    if not form.accepted():
        left_out = _mailed_lately(draft, drafts.everyone(draft, page.now()))
        too_old = str(TOO_OLD) if form.expired else ""
        return _compose(replace(draft, left_out=left_out), what, too_old)
    step = page.pressed("steg")
    act = {"skicka": _send, "text": _compose, "test": _test}.get(step, _confirm)
    return act(replace(draft, left_out=_left_out(step)), what)


def _left_out(step: str) -> frozenset[str]:
    """The keys of the rows that are not ticked.

    The list has a tick for each row; the page after it names those that were left out.
    """
    listed = request.form.getlist
    if step in ("skicka", "text"):
        return frozenset(listed("utan"))
    # A browser sends nothing for a box that is not ticked, so the list names all its rows as well.
    # Somebody who is new since then was not unticked.
    return frozenset(listed("rad")) - frozenset(listed("med"))


def _mailed_lately(draft: MailingDraft, rows: Sequence[Addressee]) -> frozenset[str]:
    """The keys of those who have just been asked: they are not ticked when the page is opened.

    None where there are too many to tick: what is not seen is not left out.
    """
    if len(rows) > TICKED:
        return frozenset()
    latest, since = registry.of(draft.kind).latest(draft), page.now() - LATELY
    return frozenset(one.key for one in rows if one.key in latest and latest[one.key] > since)


def _impossible(draft: MailingDraft, what: str, problem: DomainError) -> AnyResponse:
    meeting = draft.meeting
    html = render_template(
        "coordinator/sending_closed.html",
        active="year",
        meeting=meeting,
        name=_name(draft),
        what=what,
        several=_several(draft),
        why=error_messages.sentence(problem),
        instead=dead_ends.instead(problem.key, draft),
    )
    return make_response(html)


def _compose(draft: MailingDraft, what: str, problem: str = "") -> AnyResponse:
    """Makes the page that lists everybody. Those whom the draft leaves out are unticked."""
    rows = drafts.everyone(draft, page.now())
    sample = _sample(rows)
    html = render_template(
        "coordinator/sending_compose.html",
        active="year",
        meeting=draft.meeting,
        draft=draft,
        name=_name(draft),
        by_choice=registry.of(draft.kind).by_choice,
        has_link=bool(kinds.KINDS[draft.kind].links),
        said=kind_words.PAGES[draft.kind],
        what=what,
        rows=rows,
        nobody=_nobody(draft, what) if not rows else {},
        sample=sample,
        letter=drafts.letter(draft, sample, page.now()),
        plain=plain(drafts.letter(draft, sample, page.now())),
        most=TICKED,
        examples=_examples(rows),
        test=drafts.latest_test(draft, g.staff, page.now()),
        form=Press(),
        choices=_choices(draft.meeting),
        chosen=request.args.get("urval", ""),
        text=request.args.get("sok", ""),
        args=_args(draft),
        warning=_warning(draft),
        several=_several(draft),
        problem=problem,
        latest=registry.of(draft.kind).latest(draft),
        lately=len(_mailed_lately(draft, rows)),
        groups=registry.of(draft.kind).groups,
    )
    return make_response(html, 409 if problem else 200)


def _nobody(draft: MailingDraft, what: str) -> dict[str, Any]:
    """Why there is nobody to send to, and what is possible instead."""
    why = registry.BY_ADDRESS[what].why_nobody(draft, page.now())
    return {"why": dead_ends.NOBODY[why], "instead": dead_ends.instead(why, draft)}


def plain(letter: Letter) -> str:
    """A mail as plain text, with a word in place of its link."""
    return letters.PLACEHOLDER.sub(lambda _found: _("[personlig länk]"), letter.text)


def _args(draft: MailingDraft) -> dict[str, Any]:
    """What the address says about the draft, with its questionnaire where there are several."""
    args = {name: request.args[name] for name in ("urval", "sok") if request.args.get(name)}
    if draft.questionnaire and len(draft.meeting.questionnaires) > 1:
        args["formular"] = draft.questionnaire
    if draft.group:
        args["grupp"] = draft.group
    return args


def _several(draft: MailingDraft) -> list[tuple[str, str]]:
    """The questionnaires that the mail may be about, as keys with titles, where there are several.

    The one that it is about comes first.
    """
    several = draft.meeting.questionnaires if draft.questionnaire else []
    if len(several) < 2:
        return []
    in_order = sorted(several, key=lambda one: one.key != draft.questionnaire)
    return [(one.key, published.title_of(one).to(page.language())) for one in in_order]


def _name(draft: MailingDraft) -> str:
    """What the mailing is called in running text."""
    key = draft.questionnaire
    about = published.one(draft.meeting, key) if key else None
    return mail_names.in_running_text(draft.kind, about)


def _sample(rows: list[Addressee]) -> Addressee:
    """The recipient whose mail is shown.

    It is the one that the address asks for, else the first; an invented one while there are none.
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
    """The audiences that an invitation may go to: a heading, and its values with their names."""
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


def _warning(draft: MailingDraft) -> str:
    """What a recipient who opens the link at once would meet, "" where they can answer.

    An invitation can be answered as soon as it comes.
    """
    if not registry.of(draft.kind).about_a_questionnaire:
        return ""
    questionnaire = asked.questionnaire_of(draft)
    opens = opening.opens_at(questionnaire)
    if page.now() >= opens:
        return ""
    return str(kind_words.TOO_EARLY[questionnaire.timing]) % {"day": words.day(opens)}


def _test(draft: MailingDraft, what: str) -> AnyResponse:
    """Mails the test. Rows that were unticked before it are unticked after it."""
    everyone = drafts.everyone(draft, page.now())
    one = _sample(draft.ticked(everyone))
    carry_out(lambda: drafts.send_test(draft, one, g.staff, page.now()))
    flash(_("Testet är på väg till %(address)s.", address=g.staff.email))
    # What was ticked is in the form only; the address of a redirect has no room for it.
    if draft.left_out != _mailed_lately(draft, everyone):
        return _compose(draft, what)
    return redirect(_here(draft, what), code=303)


def _here(draft: MailingDraft, what: str) -> str:
    return url_for(
        "coordinator.compose",
        number=draft.meeting.year.number,
        kind=draft.meeting.kind,
        what=what,
        **_args(draft),
    )


def _confirm(draft: MailingDraft, what: str, problem: str = "") -> AnyResponse:
    """Makes the last page before anything is sent. It changes nothing."""
    rows = drafts.recipients(draft, page.now())
    try:
        if not rows:
            raise Refused("nobody_left")
        drafts.require_tested(draft, g.staff, page.now())
    except Refused as refusal:
        return _compose(draft, what, error_messages.sentence(refusal))
    html = render_template(
        "coordinator/sending_confirm.html",
        active="year",
        meeting=draft.meeting,
        draft=draft,
        name=_name(draft),
        rows=rows,
        tested=drafts.tested_at(draft, g.staff, page.now()),
        form=Press(),
        letter=drafts.letter(draft, rows[0], page.now()),
        english=sum(one.language == "en" for one in rows),
        # The same page pressed twice sends the same key, and so finds the first press's mailing.
        key=secrets.token_urlsafe(12),
        head=services().letterhead,
        here=_here(draft, what),
        several=_several(draft),
        warning=_warning(draft),
        problem=problem,
    )
    return make_response(html, 409 if problem else 200)


def _send(draft: MailingDraft, what: str) -> AnyResponse:
    """A person sends what they have had a test of; a second press sends nothing more."""
    expected, key = request.form.get("antal", 0, int), request.form.get("nyckel", "")[:40]

    def confirm_tested() -> Mailing:
        # A second press finds the mailing of the first, and needs no test of its own.
        if confirmed(key) is None:
            drafts.require_tested(draft, g.staff, page.now())
        return confirm(draft, key, expected, audit.staff(g.staff.id), page.now(), chosen)

    try:
        # Before anybody has to wait: there may be tens of thousands.
        chosen = choose(draft, page.now()) if confirmed(key) is None else None
        # The number goes along: with more recipients than the person confirmed, nothing is sent.
        mailing = carry_out(confirm_tested)
    except Refused as problem:
        return _confirm(draft, what, error_messages.sentence(problem))
    following.set_going(mailing.id, mailing.state)
    return redirect(url_for("coordinator.sending", public_id=mailing.public_id), code=303)


@blueprint.get("/mote/<int:number>/<meeting:kind>/utskick/<what>/mejl")
def sample_mail(number: int, kind: str, what: str) -> Response:
    """Gives the mail as HTML for the frame on the page.

    It is exactly what will be sent, but its link leads nowhere.
    """
    draft = read_draft(years.meeting_of(number, kind), what)
    one = _sample(drafts.recipients(draft, page.now()))
    letter = drafts.letter(draft, one, page.now())
    base = services().settings.base_url
    # A link that opened the recipient's page would let staff act for them.
    links = {
        "landing": f"{base}/i/exempel",
        "preparation": f"{base}/f/exempel",
        "result": f"{base}/i/exempel",
    }
    rendered = letters.render(letter, one.language, links, services().letterhead)
    response = make_response(rendered.html)
    response.headers["Content-Security-Policy"] = FRAMED
    return response
