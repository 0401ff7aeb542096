"""Moving and cancelling a meeting. The page says what changes and who is told before the act."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField, TextAreaField

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.errors import Refused
from annualwheel.mailings import drafts
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import announcements, changes, listeners, time_plan, unheard
from annualwheel.meetings.acts import MeetingNews
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Mailing, Meeting
from annualwheel.registrations.audiences import Addressee
from annualwheel.web import error_messages, page
from annualwheel.web.acting import carried_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.fields import AppointmentFields, appointment, require_order, typed
from annualwheel.web.coordinator.mailings import following, sendings
from annualwheel.web.coordinator.meetings import plan_words
from annualwheel.web.forms import BaseForm, strip
from annualwheel.web.wording import words
from annualwheel.wording import dates


class MoveForm(AppointmentFields, BaseForm):
    """The new time and venue, and the reason."""

    reason = StringField(
        _l("Orsak"), filters=[strip], description=_l("Står i mejlet. Frivilligt, men uppskattat.")
    )


class CancelForm(BaseForm):
    """The reason for cancelling a meeting."""

    reason = TextAreaField(
        _l("Orsak"), filters=[strip], description=_l("Står i mejlet. Frivilligt, men uppskattat.")
    )


@blueprint.route("/mote/<int:number>/<meeting:kind>/flytta", methods=["GET", "POST"])
def move(number: int, kind: str) -> AnyResponse:
    """Asks for the new time and venue, shows what changes and who is told, then moves."""
    found = years.meeting_of(number, kind)
    back = redirect(url_for("coordinator.meeting", number=number, kind=kind), code=303)
    if found.state == "cancelled":
        return back
    form = MoveForm(data=typed(found))
    form.in_year = found.year.number
    step = page.pressed("steg")
    if not _is_right(form) or step == "andra":
        return _ask(found, form)
    to = appointment(form)
    if step != "flytta":
        return _confirm(found, form, to)
    actor, reason = audit.staff(g.staff.id), form.reason.data
    outcome = carried_out(form, lambda: changes.move(found, to, reason, page.now(), actor))
    if outcome:
        flash(_moved(changes.told(outcome.result)))
        return _follow(outcome.result) or back
    if outcome.refusal and outcome.refusal.key == "not_moved":
        return back  # the second press of the same button
    return _ask(found, form)


def _moved(told: int | None) -> str:
    if told is None:
        return str(_("Mötet är ändrat. De anmälda följer med nu, och sedan skrivs mejlen."))
    if not told:
        return str(_("Mötet är ändrat."))
    return str(
        ngettext(
            "Mötet är ändrat. %(num)s person får ett mejl.",
            "Mötet är ändrat. %(num)s personer får ett mejl.",
            told,
        )
    )


def _is_right(form: MoveForm) -> bool:
    """Whether the form can be acted on. If not, its fields say why."""
    return form.accepted() and require_order(form) and _is_ahead(form)


def _is_ahead(form: MoveForm) -> bool:
    """Whether the meeting would still be ahead. If not, the field for the day says so."""
    # Here too, and not only in the act: nobody should confirm a move that will be refused.
    if appointment(form).starts_at > page.now():
        return True
    form.day.errors = (error_messages.sentence(Refused("time_passed")),)
    return False


def _ask(meeting: Meeting, form: MoveForm) -> AnyResponse:
    html = render_template("coordinator/move.html", active="year", meeting=meeting, form=form)
    return make_response(html, form.status)


def _confirm(meeting: Meeting, form: MoveForm, to: Appointment) -> AnyResponse:
    """Shows what changes and who is told, before anything is done."""
    rows = _difference(meeting, to)
    if not rows:
        form.day.errors = (_("Inget är ändrat. Skriv en ny dag, tid eller plats."),)
        return _ask(meeting, form)
    kept = announcements.as_kept(to.starts_at, to.ends_at, to.place, to.address)
    html = render_template(
        "coordinator/move_confirm.html",
        active="year",
        meeting=meeting,
        form=form,
        rows=rows,
        **_audience(meeting, "moved", kept, form.reason.data),
        another_day=dates.as_date(meeting.starts_at) != dates.as_date(to.starts_at),
        **_plan(meeting, dates.as_date(to.starts_at)),
    )
    return make_response(html)


def _plan(meeting: Meeting, day: dt.date) -> dict[str, Any]:
    """Which days of the plan follow the meeting to another day, and what they collide with."""
    before, now = time_plan.plan_of(meeting), page.now()
    after = time_plan.plan_after_move(meeting, day, now)
    concerns = time_plan.concerns(meeting, before, after, dates.as_date(now))
    return {
        "plan_rows": plan_words.differences(meeting, before, after, day),
        "warnings": plan_words.warnings(meeting, concerns),
    }


def _follow(mailing: Mailing | None) -> AnyResponse | None:
    """Starts the mailing and leads to its page; None when nobody is told."""
    if mailing is None:
        return None
    # After the commit: a job that starts before it would find nothing.
    following.set_going(mailing.id, mailing.state)
    return redirect(url_for("coordinator.sending", public_id=mailing.public_id), code=303)


def _difference(meeting: Meeting, to: Appointment) -> list[dict[str, str]]:
    """What would change, in words before and after."""
    before = Appointment(meeting.starts_at, meeting.ends_at, meeting.place, meeting.address)
    old, new = _in_words(before), _in_words(to)
    return [
        {"what": what, "old": old[what], "new": new[what]} for what in old if old[what] != new[what]
    ]


def _in_words(at: Appointment) -> dict[str, str]:
    return {
        _("Dag"): words.day(at.starts_at),
        _("Tid"): words.hours(at.starts_at, at.ends_at),
        _("Plats"): ", ".join(part for part in (at.place, at.address) if part),
    }


@blueprint.route("/mote/<int:number>/<meeting:kind>/stall-in", methods=["GET", "POST"])
def cancel(number: int, kind: str) -> AnyResponse:
    """Shows who is told, asks for the reason, then cancels."""
    found, form = years.meeting_of(number, kind), CancelForm()
    back = redirect(url_for("coordinator.meeting", number=number, kind=kind), code=303)
    if found.state == "cancelled":
        return back
    actor = audit.staff(g.staff.id)
    outcome = carried_out(form, lambda: changes.cancel(found, form.reason.data, page.now(), actor))
    if outcome:
        flash(_cancelled(changes.told(outcome.result)))
        return _follow(outcome.result) or back
    at, reason = announcements.appointment(found), form.reason.data or ""
    html = render_template(
        "coordinator/cancel.html",
        active="year",
        meeting=found,
        form=form,
        **_audience(found, "cancelled", at, reason),
    )
    return make_response(html, form.status)


def _cancelled(told: int | None) -> str:
    if told is None:
        return str(_("Mötet är inställt. De anmälda följer med nu, och sedan skrivs mejlen."))
    if not told:
        return str(_("Mötet är inställt."))
    return str(
        ngettext(
            "Mötet är inställt. %(num)s person får ett mejl.",
            "Mötet är inställt. %(num)s personer får ett mejl.",
            told,
        )
    )


def _audience(meeting: Meeting, kind: str, to: dict[str, str], reason: str) -> dict[str, Any]:
    """Who is told, and the mail as the first of them gets it.

    Who has only been asked to save the date gets another one.
    """
    knowing = (
        unheard.knowing(meeting, announcements.appointment(meeting), to) if kind == "moved" else ()
    )
    who = listeners.listeners(meeting, kind, knowing)
    draft = MailingDraft(meeting, kind, news=MeetingNews(to, reason))
    samples = []
    if who.first:
        samples.append(_sample(_("Visa mejlet"), draft, rows.addressee(who.first)))
    if who.first_saved:
        to_saved = _("Visa mejlet till den som bara har fått datumet")
        samples.append(_sample(to_saved, draft, rows.without_place(who.first_saved)))
    return {"told": who.total, "listeners": who, "samples": samples}


def _sample(heading: str, draft: MailingDraft, one: Addressee) -> dict[str, Any]:
    letter = drafts.letter(draft, one, page.now())
    return {"heading": heading, "to": one, "letter": letter, "plain": sendings.plain(letter)}
