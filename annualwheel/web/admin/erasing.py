"""What is erased and when: the rules, how much they would erase now, and a button that does it."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit, limits
from annualwheel.contacts.imports import storing
from annualwheel.jobs import sweep
from annualwheel.mail import requests
from annualwheel.participation import open_registration
from annualwheel.preparation import answers, items
from annualwheel.privacy import retention
from annualwheel.registrations import needs
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.admin import blueprint
from annualwheel.web.forms import Press
from annualwheel.workshop import packs

HOUR = dt.timedelta(hours=1)
# This many batches of each kind are erased while the administrator waits, the rest within the hour.
BATCHES = 4


class RuleWords(NamedTuple):
    """What a rule is about, what the thing was for, and when it is erased."""

    what: LazyString
    why: LazyString
    when: LazyString


# Each period is taken from the constant that the erasing goes by, so that no page promises another.
SAID = {
    "needs": RuleWords(
        _l("Specialkost och tillgänglighet"),
        _l("Behövs bara till mötet, och är känsliga uppgifter"),
        _l("%(days)s dagar efter mötet", days=needs.KEPT.days),
    ),
    "needs_lists": RuleWords(
        _l("Vad listan över mat och tillgänglighet sa när den senast lämnades ut"),
        _l("För att visa vad som har ändrats sedan dess. Inga namn och inga texter"),
        _l("%(days)s dagar efter mötet", days=needs.KEPT.days),
    ),
    "unconfirmed": RuleWords(
        _l("Anmälningar på den öppna sidan som inte bekräftades"),
        _l("Ingen har visat att adressen är deras"),
        _l("%(days)s dagar efter anmälan", days=open_registration.KEPT.days),
    ),
    "organisation_requests": RuleWords(
        _l("Frågor om organisationer som saknas"),
        _l("För att vi ska kunna svara"),
        _l("%(days)s dagar efter mötet", days=retention.REQUESTS.days),
    ),
    "drafts": RuleWords(
        _l("Svar som aldrig skickades in"),
        _l("Ett utkast är deltagarnas eget arbete, inte en handling hos oss"),
        _l("%(days)s dagar efter mötet", days=retention.DRAFTS.days),
    ),
    "removed_items": RuleWords(
        _l("Text i borttagna delar av svar"),
        _l("För att det ska gå att ångra en tid"),
        _l("%(days)s dagar efter att delen togs bort", days=items.KEPT.days),
    ),
    "history": RuleWords(
        _l("Text som har ersatts i svar"),
        _l("För att det ska gå att ta tillbaka en tid"),
        _l("%(days)s dagar efter att texten ersattes", days=answers.KEPT.days),
    ),
    "submitted_answers": RuleWords(
        _l("Rader för sökning i svar som har ersatts"),
        _l("Bara den version som gäller ska gå att hitta"),
        _l("När en ny version skickas in"),
    ),
    "mails": RuleWords(
        _l("Texten i skickade mejl"),
        _l("Visar vad vi har skrivit. Att mejlet skickades, till vem och när, finns kvar"),
        _l("%(days)s dagar efter mötet, eller efter att mejlet skrevs", days=retention.MAILS.days),
    ),
    "told_people": RuleWords(
        _l("Vilka en flytt eller ett inställt möte gällde"),
        _l("För att var och en ska få rätt mejl"),
        _l("%(days)s dagar efter mötet", days=retention.TOLD.days),
    ),
    "pack_files": RuleWords(
        _l("Filer med underlag"),
        _l("Är kopior och går att ta fram igen"),
        _l("%(days)s dagar efter att filen togs fram", days=packs.KEPT.days),
    ),
    "previews": RuleWords(
        _l("Importer som inte lästes in"),
        _l("För att det ska gå att granska innan något sparas"),
        _l("%(days)s dagar efter att filen laddades upp", days=storing.PREVIEW_LIFE.days),
    ),
    "unread_rows": RuleWords(
        _l("Rader som inte gick att läsa i importer"),
        _l("För att det ska gå att rätta i filen"),
        _l("%(days)s dagar efter importen", days=retention.UNREAD_ROWS.days),
    ),
    "sign_in_links": RuleWords(
        _l("Inloggningslänkar"),
        _l("Går att använda en gång och en kort tid"),
        _l("%(days)s dagar efter att de slutade gälla", days=retention.SIGN_INS.days),
    ),
    "sessions": RuleWords(
        _l("Avslutade inloggningar"),
        _l("Visar vem som har varit inloggad"),
        _l("%(days)s dagar efter att de slutade gälla", days=retention.SIGN_INS.days),
    ),
    "mail_requests": RuleWords(
        _l("Mejl som någon har bett om på en öppen sida"),
        _l("Finns bara tills vi har svarat, oftast några sekunder"),
        _l("%(hours)s timmar efter begäran", hours=requests.KEPT // HOUR),
    ),
    "attempts": RuleWords(
        _l("Försök att logga in eller få en ny länk"),
        _l("Hindrar den som försöker många gånger"),
        _l("%(hours)s timmar efter försöket", hours=limits.KEPT // HOUR),
    ),
}


@blueprint.get("/installningar/gallring")
def erasing() -> str:
    """Lists each kind of thing, and how many would be erased now."""
    now = page.now()
    counts = {key: retention.count(rule, now) for key, rule in retention.RULES.items()}
    return render_template(
        "admin/erasing.html",
        active="settings",
        rows=[(SAID[key], count) for key, count in counts.items()],
        total=sum(counts.values()),
        next_run=now.replace(minute=0, second=0, microsecond=0) + HOUR,
        form=Press(),
    )


@blueprint.post("/installningar/gallring")
def erase_now() -> AnyResponse:
    """Erases now instead of at the full hour, one batch in each transaction."""
    if Press().accepted():
        actor = audit.staff(g.staff.id)
        gone = carry_out(lambda: sweep.erase_old(page.now(), actor, BATCHES))
        told = ", ".join(f"{SAID[key].what} ({count})" for key, count in gone.items())
        flash(_("Raderat: %(what)s.", what=told) if gone else _("Det fanns inget att radera."))
    return redirect(url_for("admin.erasing"), code=303)
