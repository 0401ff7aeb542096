"""The words for what the subjects refuse: what happened, what is unharmed, what to do."""
from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from annualwheel import dates
from annualwheel.errors import DomainError
from annualwheel.web import page


def sentence(error: DomainError) -> str:
    """The sentence for an error, in the page's language. Every key has one (a test reads the sources and compares)."""
    when = error.params.get("day")
    day = dates.day(when, page.language()) if isinstance(when, dt.date) else ""
    name = str(error.params.get("name", ""))
    return {**_of_preparing(str(error.params.get("count", ""))), **_of_planning(str(error.params.get("count", ""))), **_sentences(day, name)}[error.key]


def _of_preparing(count: str) -> dict[str, str]:
    return {
        "no_section": _("Avsnittet finns inte."),
        "no_item": _("Det du söker finns inte i svaret."),
        "item_removed": _("En kollega har tagit bort det här. Det går att ångra i 30 dagar."),
        "no_question": _("Frågan finns inte här."),
        "too_many_items": _("Här får plats %(count)s, och så många har ni redan.", count=count),
        "answer_too_long": _("Texten är för lång för att sparas. Korta den."),
        "unknown_choice": _("Välj något av alternativen."),
        "unreadable_version": _("Sidan gick inte att läsa. Ladda om den och försök igen."),
        "answer_incomplete": _("Något behöver rättas innan svaret kan skickas in. Granska svaret för att se vad."),
    }


def _of_planning(count: str) -> dict[str, str]:
    return {
        "year_exists": _("Det finns redan ett årshjul för det året."),
        "ends_before_start": _("Mötet ska sluta efter att det har börjat."),
        "not_moved": _("Inget är ändrat. Skriv en ny dag, tid eller plats."),
        "phase_backwards": _("Första dagen ska komma före den sista, och allt utom uppföljningen ska vara klart före mötet."),
        "themes_published": _("Frågor som bygger på temana är publicerade, så de går inte att ändra."),
        "no_theme": _("Temat finns inte."),
        "no_questions": _("Det finns inga frågor för den här sortens möte i mappen forms/."),
        "answers_begun": _("Någon har börjat svara, så frågorna går inte att byta ut."),
        "not_published": _("Frågorna är inte publicerade än. Publicera dem på mötets sida."),
        "test_needed": _("Skicka ett test till dig själv först. Texten kan ha ändrats sedan ditt förra test."),
        "nobody_left": _("Det finns ingen kvar att skicka till."),
        "more_recipients": _("Nu är det %(count)s personer, fler än du bekräftade. Se efter att det stämmer och bekräfta igen.", count=count),
        "no_mailing": _("Utskicket finns inte."),
        "no_message": _("Mejlet finns inte."),
        "not_stopped": _("Mejlet är på väg eller har redan kommit fram."),
    }


def _sentences(day: str, name: str) -> dict[str, str]:
    return {
        "link_unknown": _("Länken fungerar inte. Den kan vara gammal eller avklippt i mejlet."),
        "staff_link_unknown": _("Länken fungerar inte. Den gäller i 15 minuter och kan användas en gång. Be om en ny."),
        "meeting_cancelled": _("Mötet är inställt. Du behöver inte göra något."),
        "meeting_started": _("Mötet började %(day)s. Hör av dig till oss om något behöver ändras.", day=day),
        "registration_not_open": _("Anmälan öppnar %(day)s.", day=day),
        "registration_closed": _("Anmälan stängde %(day)s. Hör av dig till oss om du vill komma.", day=day),
        "change_not_open": _("Det går att ändra från och med %(day)s.", day=day),
        "change_closed": _("Det gick att ändra till och med %(day)s. Hör av dig till oss, så hjälper vi dig.", day=day),
        "preparation_not_open": _("Förberedelsen öppnar %(day)s.", day=day),
        "preparation_closed": _("Sista dagen var %(day)s. Ni kan läsa och ladda ner ert svar.", day=day),
        "cannot_register": _("Det går inte att anmäla sig med den här inbjudan längre."),
        "cannot_decline": _("Det går inte att tacka nej i det läge som anmälan har nu. Avboka i stället."),
        "cannot_change": _("Det finns ingen anmälan att ändra. Anmäl dig först."),
        "mode_full": _("Det är fullt på det sättet att delta. Välj det andra, eller behåll det du hade."),
        "cannot_withdraw": _("Det finns ingen plats att avboka."),
        "cannot_substitute": _("Det går inte att skicka en ersättare i det läge som anmälan har nu."),
        "cannot_invite": _("Personen har redan en inbjudan eller en anmälan till mötet."),
        "cannot_revoke": _("Inbjudan är redan återtagen."),
        "cannot_check_in": _("Personen kan inte prickas av i det läge som anmälan har nu."),
        "cannot_undo_check_in": _("Personen är inte avprickad."),
        "cannot_promote": _("Personen står inte på väntelistan."),
        "cannot_move": _("Anmälan kan inte flyttas med mötet."),
        "substitute_exists": _("%(name)s är redan anmäld. Vill du bara avboka din egen plats?", name=name),
        "substitute_self": _("Det är ditt eget namn och din egen adress. Skriv vem som kommer i stället."),
        "no_needs_without_registration": _("Anmäl dig först. Sedan kan du berätta vad du behöver."),
        "person_exists": _("Det finns redan en person med namnet %(name)s och den adressen.", name=name),
        "organisation_exists": _("Det finns redan en organisation som heter %(name)s.", name=name),
        "bad_address": _("Skriv e-postadressen med @, till exempel anna.berg@kommun.example"),
        "too_many_attempts": _("Det har varit många försök på kort tid. Vänta en stund och försök igen."),
        "no_year": _("Det finns inget årshjul för det året."),
        "no_meeting": _("Mötet finns inte."),
        "no_phase": _("Mötet har ingen sådan tid i sin plan."),
        "no_import": _("Importen finns inte. En förhandsgranskning finns kvar i sju dagar."),
        "import_written": _("Filen är redan inläst."),
        "import_not_written": _("Importen är inte genomförd, så det finns inget att ångra."),
        "import_edited": _("Importen kan inte ångras, för något som den lade till har ändrats sedan dess."),
        "import_in_use": _("Importen kan inte ångras, för något bygger redan på den, till exempel en inbjudan."),
        "file_too_large": _("Filen är större än 10 MB. Dela upp den på flera filer."),
        "file_unpacks_too_large": _("Filen innehåller mer än 50 MB uppackad. Ta bort bilder och blad som inte behövs."),
        "file_too_long": _("Filen har fler än 20 000 rader. Dela upp den på flera filer."),
        "file_empty": _("Det finns inget i filen. Kontrollera att personerna står på det första bladet."),
        "file_no_rows": _("Filen har rubriker men inga personer. Kontrollera att de står på det första bladet."),
        "file_broken": _("Filen är skadad och kan inte läsas. Öppna den i Excel, spara den på nytt och försök igen."),
        "file_locked": _("Filen är skyddad med lösenord. Ta bort lösenordet i Excel, spara och försök igen."),
        "file_old_excel": _("Filen är i det gamla Excelformatet (.xls). Spara den som Excel-arbetsbok (.xlsx) och försök igen."),
        "file_unknown": _("Filen är varken en Excel-arbetsbok (.xlsx) eller en CSV-fil. Spara om den från Excel och försök igen."),
        "no_headings": _("Vi hittar inga rubriker på de tio första raderna. Det behövs E-post, Organisation och Namn. Ta gärna vår mall."),
        "missing_heading": _("Kolumnen %(name)s saknas. Det behövs E-post, Organisation och Namn (eller Förnamn och Efternamn).", name=name),
        "double_heading": _("Rubriken %(name)s finns i två kolumner. Ta bort eller döp om den ena.", name=name),
        "no_person": _("Personen finns inte."),
        "no_organisation": _("Organisationen finns inte."),
        "no_registration": _("Anmälan finns inte."),
        "no_pack": _("Underlaget finns inte. Det kan vara äldre än 30 dagar. Ta fram ett nytt."),
        "no_staff": _("Kontot finns inte."),
        "staff_exists": _("Det finns redan ett konto med den adressen."),
        "unknown_role": _("Välj minst en roll."),
        "last_administrator": _("Det måste finnas minst en administratör."),
    }
