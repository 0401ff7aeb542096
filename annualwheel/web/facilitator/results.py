"""Writing the results of the meeting, theme by theme, and showing them to its people."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse
from wtforms import TextAreaField
from wtforms.validators import Length

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.errors import DomainError
from annualwheel.meetings import results as outcome
from annualwheel.meetings.results import LANGUAGES, ResultChange, ResultText
from annualwheel.models import Meeting
from annualwheel.web import error_messages, page
from annualwheel.web.acting import carried_out, carry_out
from annualwheel.web.facilitator import blueprint
from annualwheel.web.forms import BaseForm, Press, lines
from annualwheel.web.parts import results_page

MOST = 20_000
SPOKEN = {"sv": _l("På svenska"), "en": _l("På engelska")}
NEXT = {"preview": "facilitator.preview_results", "publish": "facilitator.publish_results"}


@blueprint.route("/svar/<int:number>/<meeting:kind>/resultat", methods=["GET", "POST"])
def write_results(number: int, kind: str) -> AnyResponse:
    """Saves the texts about the whole and about each theme, in both languages.

    They are a draft until they are published.
    """
    meeting = years.meeting_of(number, kind)
    pieces = outcome.pieces(meeting)
    form = _form(pieces)
    changes, actor = _changes(pieces, form), audit.staff(g.staff.id)
    saved = carried_out(form, lambda: outcome.save(meeting, changes, page.now(), actor))
    if not saved:
        return _page(meeting, pieces, form, form.status)
    # A colleague has changed the same text: their text is shown next to what was typed.
    if saved.result:
        return _page(meeting, outcome.pieces(meeting), form, 409, saved.result)
    act = page.pressed("act")
    if act not in NEXT:
        # After the publishing there is no draft: what is saved is what people read.
        published = _("Rättelsen är sparad och syns för deltagarna.")
        flash(published if meeting.results_at else _("Utkastet är sparat."))
    endpoint = NEXT.get(act, "facilitator.write_results")
    return redirect(url_for(endpoint, number=number, kind=kind), code=303)


def _changes(pieces: list[ResultText], form: Any) -> dict[tuple[str, str], ResultChange]:
    """What was written, each text with the mark of the text that it was built on."""
    changes = {}
    for piece, language in texts(pieces):
        name = name_of(piece.key, language)
        base, sent = request.form.get(f"base-{name}", ""), request.form.get(f"sent-{name}")
        sent = None if sent is None else lines(sent)
        changes[piece.key, language] = ResultChange(form[name].data, base, sent)
    return changes


@blueprint.get("/svar/<int:number>/<meeting:kind>/resultat/visa")
def preview_results(number: int, kind: str) -> str:
    """Shows the results as the people of the meeting would read them."""
    meeting = years.meeting_of(number, kind)
    back = url_for("facilitator.write_results", number=number, kind=kind)
    return results_page.show(meeting, [], (_("Tillbaka till texten"), back), preview=True)


@blueprint.route("/svar/<int:number>/<meeting:kind>/resultat/publicera", methods=["GET", "POST"])
def publish_results(number: int, kind: str) -> AnyResponse:
    """Asks once more, with what is missing, and publishes."""
    meeting, form = years.meeting_of(number, kind), Press()
    actor = audit.staff(g.staff.id)
    if carried_out(form, lambda: outcome.publish(meeting, page.now(), actor)):
        flash(_("Resultatet är publicerat."))
        return redirect(url_for("facilitator.write_results", number=number, kind=kind), code=303)
    try:
        outcome.require_publishable(meeting, page.now())
        why_not = ""
    except DomainError as problem:
        why_not = error_messages.sentence(problem)
    html = render_template(
        "facilitator/results_publish.html",
        active="answers",
        meeting=meeting,
        form=form,
        why_not=why_not,
        pieces=outcome.pieces(meeting),
    )
    return make_response(html, form.status)


@blueprint.post("/svar/<int:number>/<meeting:kind>/resultat/ta-ner")
def unpublish_results(number: int, kind: str) -> AnyResponse:
    """Hides the results; the texts are kept as a draft."""
    meeting = years.meeting_of(number, kind)
    if Press().accepted():
        carry_out(lambda: outcome.unpublish(meeting, page.now(), audit.staff(g.staff.id)))
        flash(_("Resultatet visas inte längre. Texterna finns kvar som utkast."))
    return redirect(url_for("facilitator.write_results", number=number, kind=kind), code=303)


def texts(pieces: list[ResultText]) -> list[tuple[ResultText, str]]:
    """Every text: each piece in each language."""
    return [(piece, language) for piece in pieces for language in LANGUAGES]


def name_of(key: str, language: str) -> str:
    """The name of the field for the text about a theme, or about the whole ("")."""
    return f"{language}-{key}" if key else language


def _form(pieces: list[ResultText]) -> Any:
    """The form with a field for each text."""
    fields = {}
    for piece in pieces:
        about = piece.title.to(page.language()) if piece.title else _("hela mötet")
        for language in LANGUAGES:
            # The headings of the page say the theme to those who see it; a screen reader that goes
            # from field to field hears it in the label.
            label = Markup('{}<span class="vh">, {}</span>').format(SPOKEN[language], about)
            fields[name_of(piece.key, language)] = TextAreaField(
                label,
                filters=[lines],
                validators=[Length(max=MOST, message=_l("Skriv högst 20 000 tecken"))],
            )
    standing = {
        name_of(piece.key, language): getattr(piece, language) for piece, language in texts(pieces)
    }
    return type("ResultsForm", (BaseForm,), fields)(data=standing)


def _page(
    meeting: Meeting,
    pieces: list[ResultText],
    form: Any,
    status: int,
    conflicts: dict[tuple[str, str], str] | None = None,
) -> AnyResponse:
    """Makes the page. `conflicts` are the texts that somebody else has changed, as they are now.

    The page shows each of them, and the next press replaces it.
    """
    theirs = {
        name_of(piece.key, language): conflicts[piece.key, language]
        for piece, language in texts(pieces)
        if conflicts and (piece.key, language) in conflicts
    }
    for name in theirs:
        changed = _(
            "Någon annan har ändrat texten sedan du öppnade sidan. Spara igen om din "
            "text ska gälla."
        )
        form[name].errors = [changed]
    html = render_template(
        "facilitator/results.html",
        active="answers",
        meeting=meeting,
        form=form,
        pieces=pieces,
        bases=_bases(pieces, form, theirs),
        theirs=theirs,
        name_of=name_of,
        corrected_at=outcome.corrected_at(meeting),
    )
    return make_response(html, status)


def _bases(pieces: list[ResultText], form: Any, theirs: dict[str, str]) -> dict[str, str]:
    """The marks of the texts that the page is built on; with `theirs`, of the texts now."""
    bases = {}
    for piece, language in texts(pieces):
        name = name_of(piece.key, language)
        if not theirs:
            standing = outcome.mark(getattr(piece, language))
            # A form that is shown again for another fault is still built on what its first page
            # showed.
            bases[name] = request.form.get(f"base-{name}") or standing
        else:
            # The rest of the form has just been saved, so what was typed is what is stored.
            bases[name] = outcome.mark(theirs.get(name, form[name].data))
    return bases
