"""Every mail: first those that did not arrive, then the mailings, then all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField

from annualwheel import audit, listing
from annualwheel.jobs import queue
from annualwheel.mail import letters, states
from annualwheel.mail.kinds import UNSEEN
from annualwheel.mailings import failures, log, resending
from annualwheel.mailings import sending as sent
from annualwheel.mailings.kinds import asked
from annualwheel.mailings.log import LogFilter
from annualwheel.models import Message
from annualwheel.web import error_messages, lists, page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.mailings import mail_server
from annualwheel.web.forms import Address, BaseForm, Press, strip
from annualwheel.web.list_workbooks import ListWorkbook, taken_out
from annualwheel.web.lists import Column
from annualwheel.web.parts import mail_names
from annualwheel.web.wording import staff_words, words
from annualwheel.wording.collation import swedish
from annualwheel.workbooks.pages import Column as Sheeted

MAILINGS = 10
# The largest number that a key may be: PostgreSQL refuses to compare with a larger one.
NO_ID = 2**31 - 1
# What the log is narrowed by in its address.
FILTERS = ("sok", "lage", "mejl", "mote", "utskick")
# Mails with what participants write to each other: staff do not read their text here.
PRIVATE = ("colleague", "receipt", "receipt_copy", "substitute_invitation")
COLUMNS = (
    Column("recipient", "till", _l("Till")),
    Column("kind", "mejl", _l("Mejl")),
    Column("state", "lage", _l("Läge"), "rank"),
    Column("address", "epost", _l("E-post")),
    Column("when", "nar", _l("När"), "time"),
)


@blueprint.get("/utskick")
def mailings() -> str:
    """Lists the mailings and the single mails; those that need somebody come first."""
    wanted, kinds = _wanted(request.args), _kinds()
    listed = lists.ListRequest(COLUMNS, log.NEWEST)
    narrowed = wanted != LogFilter()
    recent = [] if narrowed else log.latest_mailings(MAILINGS)
    found = log.page(wanted, listed.number, listed.order, kinds)
    return render_template(
        "coordinator/mailings.html",
        active="mailings",
        found=listed.shown(found),
        mail_names=mail_names.mails(found.rows),
        mailing_names=mail_names.mailings(recent),
        wanted=wanted,
        groups=[(one, staff_words.say(one, "mail_group")) for one in log.NARROWED],
        kinds=[(one, staff_words.say(one, "mail")) for one in kinds],
        narrowed=narrowed,
        stopped=Counter() if narrowed else log.count_by_state(LogFilter(group="stopped")),
        standing=None if narrowed else mail_server.shown(),
        of_mailing=_mailing_name(wanted),
        misaddressed=failures.likely_misaddressed(found.rows),
        **_again(wanted),
        recent=[(mailing, sent.progress_of(mailing)) for mailing in recent],
    )


@blueprint.post("/utskick/excel")
def mailings_workbook() -> Response | AnyResponse:
    """Takes the list of mails out as an Excel file, without what they say."""
    wanted, kinds = _wanted(request.args), _kinds()
    asked = lists.ListRequest(COLUMNS, log.NEWEST)
    about = ListWorkbook(
        _("Mejl"),
        (
            Sheeted(_("Till"), 28),
            Sheeted(_("E-post"), 34, wrap=True),
            Sheeted(_("Mejl"), 30, wrap=True),
            Sheeted(_("Frågor"), 30, wrap=True),
            Sheeted(_("Läge"), 26),
            Sheeted(_("När"), 18),
        ),
        lambda row: row,
        [
            (_("Sök"), wanted.text),
            (_("Läge"), staff_words.say(wanted.group, "mail_group") if wanted.group else ""),
            (_("Mejl"), staff_words.say(wanted.kind, "mail") if wanted.kind else ""),
            (_("Utskick"), _mailing_name(wanted)),
        ],
        asked.words,
    )
    return taken_out(
        about, lambda: log.page(wanted, listing.WHOLE, asked.order, kinds).mapped(_as_rows)
    )


def _as_rows(mails: Sequence[Message]) -> list[tuple[object, ...]]:
    named = mail_names.mails(mails)
    return [
        (
            one.name,
            one.address,
            named[one.id].text,
            named[one.id].title,
            words.label(one.state, "message"),
            one.sent_at or one.queued_at,
        )
        for one in mails
    ]


def _wanted(given: MultiDict[str, str]) -> LogFilter:
    """The filter of the log, read from the address or from the form of the press."""
    mailing = given.get("utskick", "")
    return LogFilter(
        text=given.get("sok", ""),
        group=given.get("lage", ""),
        kind=given.get("mejl", ""),
        meeting_id=min(given.get("mote", 0, int), NO_ID),
        mailing_id=sent.by_public_id(mailing).id if mailing else 0,
    )


def _mailing_name(wanted: LogFilter) -> str:
    """What the mailing that the log is narrowed to is called in running text."""
    if not wanted.mailing_id:
        return ""
    mailing = sent.by_public_id(request.args["utskick"])
    return mail_names.in_running_text(mailing.kind, asked.of_mailing(mailing))


def _again(wanted: LogFilter) -> dict[str, int]:
    """How many of the listed mails one press would send again, and how many may have arrived."""
    if wanted.group not in log.AGAIN:
        return {"to_send_again": 0, "found_doubtful": 0}
    return {
        "to_send_again": failures.count_stopped(wanted),
        "found_doubtful": log.count_by_state(wanted)["unknown"],
    }


def _kinds() -> list[str]:
    """The kinds of mail, sorted by their names in the page's language."""
    seen = staff_words.MAIL.keys() - UNSEEN
    return sorted(seen, key=lambda kind: swedish(staff_words.say(kind, "mail")))


class AddressForm(BaseForm):
    """The right address."""

    email = EmailField(_l("Rätt e-postadress"), [Address()], filters=[strip])


@blueprint.get("/utskick/mejl/<public_id>")
def mail(public_id: str) -> AnyResponse:
    """Shows one mail: its recipient, what became of it, what it says."""
    return _shown(public_id, None)


def _shown(public_id: str, form: AddressForm | None) -> AnyResponse:
    message = failures.by_public_id(public_id)
    written = failures.has_text(message)
    html = render_template(
        "coordinator/mailing_mail.html",
        active="mailings",
        message=message,
        named=mail_names.mails([message])[message.id],
        person=log.person_of(message),
        registration=log.registration_of(message),
        text=_text(message) if written and message.kind not in PRIVATE else "",
        form=form or AddressForm(data={"email": message.address}),
        standing=mail_server.shown() if message.state in states.UNSENT else None,
        can_again=written and message.state in states.AGAIN,
        written=written,
        ended=_ended(message),
        once_more=_once_more(message),
        instead=_instead(message),
    )
    return make_response(html, form.status if form else 200)


def _ended(message: Message) -> str:
    """What happened when the last try of it ended."""
    if message.state in states.AGAIN:
        return str(_("Senaste försöket"))
    return str(_("Struket") if message.state in states.NEVER_LEFT else _("Skickat"))


def _once_more(message: Message) -> dict[str, str]:
    """Where a mail that has arrived would go once more, or why it cannot; empty for all others."""
    person, refusal = log.person_of(message), resending.why_not(message, page.now())
    if person is None or (refusal and refusal.key == "not_sent_again"):
        return {}
    return {
        "address": person.email,
        "why_not": error_messages.sentence(refusal) if refusal else "",
    }


def _text(message: Message) -> str:
    """The text of a mail, with a word in place of its link."""
    # The link is the person's key: it is signed when the mail is sent, and staff never see it.
    return letters.PLACEHOLDER.sub(lambda _found: _("[personlig länk]"), message.body.text)


def _instead(message: Message) -> str:
    """The sentence about a wrong address that cannot be corrected here, "" where it can.

    The link of such a mail would be signed for whoever is typed in.
    """
    if failures.may_correct(message):
        return ""
    if message.kind in failures.ASKED_FOR:
        return str(_("Är adressen fel? Rätta den hos personen, och be personen begära en ny länk."))
    if message.kind.startswith("staff_"):
        return str(
            _(
                "Är adressen fel? En administratör lägger till ett konto med rätt adress under "
                "Inställningar."
            )
        )
    if message.registration_id is not None:
        return str(
            _(
                "Mejlet är en kopia. Är adressen fel? Den som svarade på inbjudan rättar den på "
                "sin sida."
            )
        )
    return str(_("Mejlet hör inte till någon i registret, så adressen går inte att rätta här."))


@blueprint.post("/utskick/igen")
def all_again() -> AnyResponse:
    """Sends all mails again that stopped and that the page listed."""
    wanted = _wanted(request.form)
    if Press().accepted() and wanted.group in log.AGAIN:
        actor = audit.staff(g.staff.id)
        count = carry_out(lambda: failures.send_all_again(wanted, page.now(), actor))
        queue.start_drains()
        flash(ngettext("%(num)s mejl skickas igen.", "%(num)s mejl skickas igen.", count))
    here: dict[str, Any] = {key: value for key, value in request.form.items() if key in FILTERS}
    return redirect(url_for("coordinator.mailings", **here), code=303)


@blueprint.post("/utskick/mejl/<public_id>/igen")
def mail_again(public_id: str) -> AnyResponse:
    """Sends a mail that stopped once more, to the same address."""
    message = failures.by_public_id(public_id)
    if Press().accepted():
        carry_out(lambda: failures.send_again(message, page.now(), audit.staff(g.staff.id)))
        flash(_("Mejlet skickas igen till %(address)s.", address=message.address))
    return redirect(url_for("coordinator.mail", public_id=public_id), code=303)


@blueprint.post("/utskick/mejl/<public_id>/en-gang-till")
def mail_once_more(public_id: str) -> AnyResponse:
    """Sends a mail that has been sent once more, to the person's address of today."""
    message = failures.by_public_id(public_id)
    if not Press().accepted():
        return redirect(url_for("coordinator.mail", public_id=public_id), code=303)
    actor = audit.staff(g.staff.id)
    copy = carry_out(lambda: resending.send_once_more(message, page.now(), actor))
    flash(_("Mejlet skickas en gång till, till %(address)s.", address=copy.address))
    return redirect(url_for("coordinator.mail", public_id=copy.public_id), code=303)


@blueprint.post("/utskick/mejl/<public_id>/adress")
def mail_address(public_id: str) -> AnyResponse:
    """Corrects the person's address and sends the mail there."""
    message, form = failures.by_public_id(public_id), AddressForm()
    actor = audit.staff(g.staff.id)
    if not carried_out(
        form, lambda: failures.correct_address(message, form.email.data, page.now(), actor)
    ):
        return _shown(public_id, form)
    flash(_("Adressen är rättad, och mejlet skickas till %(address)s.", address=message.address))
    return redirect(url_for("coordinator.mail", public_id=public_id), code=303)
