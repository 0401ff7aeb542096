"""What is erased by itself, in words: for administrators, and for everybody on the privacy page."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from flask_babel import gettext as _

from annualwheel import limits
from annualwheel.contacts.imports import storing
from annualwheel.mail import requests
from annualwheel.participation import open_registration
from annualwheel.preparation import answers, items
from annualwheel.privacy import retention
from annualwheel.registrations import needs
from annualwheel.workshop import packs

HOUR = dt.timedelta(hours=1)
# The sign-ins of our own staff, and rows that go in the moment when others take their place.
NOT_OF_PARTICIPANTS = ("sign_in_links", "sessions", "submitted_answers")


class RuleWords(NamedTuple):
    """What a rule is about, what the thing was for, and when it is erased."""

    what: str
    why: str
    when: str


def of_rules() -> dict[str, RuleWords]:
    """The words of each rule of `retention.RULES`, in the language of the page.

    Each period is the one that the erasing goes by, so that no page promises another.
    """
    return _around_meetings() | _in_answers() | _in_the_service()


def _around_meetings() -> dict[str, RuleWords]:
    """What is known of those who come, and of those who ask to."""
    return {
        "needs": RuleWords(
            _("Specialkost och tillgänglighet"),
            _("Behövs bara till mötet, och är känsliga uppgifter"),
            _("%(days)s dagar efter mötet", days=needs.KEPT.days),
        ),
        "needs_lists": RuleWords(
            _("Vad listan över mat och tillgänglighet sa när den senast lämnades ut"),
            _("För att visa vad som har ändrats sedan dess. Inga namn och inga texter"),
            _("%(days)s dagar efter mötet", days=needs.KEPT.days),
        ),
        "unconfirmed": RuleWords(
            _("Anmälningar på den öppna sidan som inte bekräftades"),
            _("Ingen har visat att adressen är deras"),
            _("%(days)s dagar efter anmälan", days=open_registration.KEPT.days),
        ),
        "organisation_requests": RuleWords(
            _("Frågor om organisationer som saknas"),
            _("För att vi ska kunna svara"),
            _("%(days)s dagar efter mötet", days=retention.REQUESTS.days),
        ),
        "told_people": RuleWords(
            _("Vilka en flytt eller ett inställt möte gällde"),
            _("För att var och en ska få rätt mejl"),
            _("%(days)s dagar efter mötet", days=retention.TOLD.days),
        ),
        "mails": RuleWords(
            _("Texten i skickade mejl"),
            _("Visar vad vi har skrivit. Att mejlet skickades, till vem och när, finns kvar"),
            _(
                "%(days)s dagar efter mötet, eller efter att mejlet skrevs",
                days=retention.MAILS.days,
            ),
        ),
    }


def _in_answers() -> dict[str, RuleWords]:
    """What is written in preparation, and what is made of it."""
    return {
        "drafts": RuleWords(
            _("Svar som aldrig skickades in"),
            _("Ett utkast är deltagarnas eget arbete, inte en handling hos oss"),
            _("%(days)s dagar efter mötet", days=retention.DRAFTS.days),
        ),
        "removed_items": RuleWords(
            _("Text i borttagna delar av svar"),
            _("För att det ska gå att ångra en tid"),
            _("%(days)s dagar efter att delen togs bort", days=items.KEPT.days),
        ),
        "history": RuleWords(
            _("Text som har ersatts i svar"),
            _("För att det ska gå att ta tillbaka en tid"),
            _("%(days)s dagar efter att texten ersattes", days=answers.KEPT.days),
        ),
        "submitted_answers": RuleWords(
            _("Rader för sökning i svar som har ersatts"),
            _("Bara den version som gäller ska gå att hitta"),
            _("När en ny version skickas in"),
        ),
        "pack_files": RuleWords(
            _("Filer med underlag"),
            _("Är kopior och går att ta fram igen"),
            _("%(days)s dagar efter att filen togs fram", days=packs.KEPT.days),
        ),
    }


def _in_the_service() -> dict[str, RuleWords]:
    """What the service needs to work."""
    return {
        "previews": RuleWords(
            _("Listor som laddades upp men inte lästes in"),
            _("För att det ska gå att granska innan något sparas"),
            _("%(days)s dagar efter att filen laddades upp", days=storing.PREVIEW_LIFE.days),
        ),
        "unread_rows": RuleWords(
            _("Rader i listor som inte gick att läsa"),
            _("För att det ska gå att rätta i filen"),
            _("%(days)s dagar efter importen", days=retention.UNREAD_ROWS.days),
        ),
        "sign_in_links": RuleWords(
            _("Inloggningslänkar"),
            _("Går att använda en gång och en kort tid"),
            _("%(days)s dagar efter att de slutade gälla", days=retention.SIGN_INS.days),
        ),
        "sessions": RuleWords(
            _("Avslutade inloggningar"),
            _("Visar vem som har varit inloggad"),
            _("%(days)s dagar efter att de slutade gälla", days=retention.SIGN_INS.days),
        ),
        "mail_requests": RuleWords(
            _("Mejl som någon har bett om på en öppen sida"),
            _("Finns bara tills vi har svarat, oftast några sekunder"),
            _("%(hours)s timmar efter begäran", hours=requests.KEPT // HOUR),
        ),
        "attempts": RuleWords(
            _("Försök att logga in eller få en ny länk, och antalet mejl som andra har orsakat"),
            _("Hindrar den som försöker många gånger"),
            _("%(hours)s timmar efter försöket", hours=limits.KEPT // HOUR),
        ),
    }
