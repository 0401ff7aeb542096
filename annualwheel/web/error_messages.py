"""The words for what the subjects refuse: what happened, what is unharmed, what to do."""

from __future__ import annotations

import datetime as dt

from flask import g
from flask_babel import lazy_gettext as _l

from annualwheel.errors import DomainError
from annualwheel.web import page
from annualwheel.web.wording import import_words
from annualwheel.wording import dates

# Lazy, so that only the sentence that is shown is looked up: a page that asks why not would look up
# ninety. What is filled in (`%(name)s`) has the name of the error's parameter.
SENTENCES = {
    "busy": _l(
        "Många sparar just nu, så det du skickade är inte sparat än. Försök igen om en liten stund."
    ),
    "no_section": _l("Avsnittet finns inte."),
    "no_item": _l("Det du söker finns inte i svaret."),
    "item_removed": _l("Det står inte i svaret längre. Det går att ångra i 30 dagar."),
    "no_question": _l("Frågan finns inte här."),
    "too_many_items": _l("Här får plats %(count)s, och så många har ni redan."),
    "no_former_text": _l("Texten finns inte kvar. Tidigare texter visas i 30 dagar."),
    "no_colleague": _l("Kollegan finns inte i svaret."),
    "colleague_self": _l("Det är ditt eget namn och din egen adress. Skriv vem du vill bjuda in."),
    "colleague_exists": _l("%(name)s skriver redan i svaret."),
    "colleague_has_share": _l(
        "%(name)s skriver redan en annan del. Bjud in till hela svaret om %(name)s ska skriva mer."
    ),
    "colleague_not_yours": _l(
        "Bara samordnaren, eller den som bjöd in %(name)s, kan ta bort %(name)s."
    ),
    "not_lead": _l(
        "Det går inte att lämna över. Antingen är du inte längre samordnare, eller så skriver den "
        "du valde bara en del av svaret."
    ),
    "lead_taken": _l("%(name)s är redan samordnare."),
    "answer_too_long": _l("Texten är för lång för att sparas. Korta den."),
    "unknown_choice": _l("Välj något av alternativen."),
    "unreadable_version": _l("Sidan gick inte att läsa. Ladda om den och försök igen."),
    "answer_changed": _l(
        "Svaret har ändrats sedan du öppnade sidan. Läs igenom det som är nytt och skicka in en "
        "gång till."
    ),
    "answer_incomplete": _l(
        "Något behöver rättas innan svaret kan skickas in. Granska svaret för att se vad."
    ),
    "no_answer": _l("Svaret finns inte."),
    "still_open": _l("Svaret går fortfarande att ändra. Du behöver inte be om det."),
    "already_asked": _l("%(name)s har redan bett om att få ändra. Vi svarar med e-post."),
    "nothing_asked": _l("Det finns ingen fråga att svara på. Någon annan kan ha svarat redan."),
    "day_passed": _l("Dagen har passerat. Välj en senare dag."),
    "day_too_late": _l("Svaret måste stängas före mötet %(day)s. Välj en tidigare dag."),
    "day_in_plan": _l("Svaret är öppet för alla till och med %(day)s. Välj en senare dag."),
    "results_empty": _l("Skriv något om resultatet innan du publicerar."),
    "results_too_early": _l("Mötet är inte över än. Resultatet går att publicera efter mötet."),
    "results_published": _l("Resultatet är publicerat. Spara rättelsen med knappen."),
    "results_not_published": _l("Resultatet är inte publicerat än. Publicera det först."),
    "year_exists": _l("Det finns redan ett årshjul för det året."),
    "ends_before_start": _l("Mötet ska sluta efter att det har börjat."),
    "time_passed": _l("Tidpunkten har passerat. Skriv en senare dag och tid."),
    "not_moved": _l("Inget är ändrat. Skriv en ny dag, tid eller plats."),
    "sent_meanwhile": _l(
        "Någon annan har just skickat ett sådant utskick. Se efter vilka som är kvar, och skicka "
        "sedan."
    ),
    "not_settled": _l(
        "De anmälda följer fortfarande med den förra ändringen av mötet. Det tar oftast mindre än "
        "en minut. Försök igen om en stund."
    ),
    "phase_backwards": _l(
        "Första dagen ska komma före den sista, och allt utom efterarbetet ska vara klart före "
        "mötet."
    ),
    "themes_published": _l(
        "Frågor som bygger på temana är publicerade, så temana går inte att ändra."
    ),
    "no_theme": _l("Temat finns inte."),
    "short_theme_sv": _l("Ett annat tema har samma korta namn. Skriv ett som skiljer dem åt."),
    "short_theme_en": _l("Ett annat tema har samma korta namn. Skriv ett som skiljer dem åt."),
    "no_questions": _l(
        "Det finns inga frågor för den här sortens möte i mappen forms/. Be den som sköter "
        "programmet lägga in en frågefil."
    ),
    "answers_begun": _l("Någon har börjat svara, så frågorna går inte att byta ut."),
    "no_questionnaire": _l("Mötet har inte de frågorna."),
    "not_published": _l("Frågorna är inte publicerade än. Publicera dem på mötets sida."),
    "test_needed": _l(
        "Skicka ett test till dig själv först. Texten kan ha ändrats sedan ditt förra test."
    ),
    "test_waits": _l(
        "Ditt test har inte gått iväg än. Vänta tills det har kommit, läs det och gå vidare då."
    ),
    "too_late_to_save_the_date": _l("Anmälan öppnade %(day)s. Bjud in personerna i stället."),
    "no_joining": _l("Skriv först hur man deltar. Det gör du på mötets sida Så deltar man."),
    "invitation_sent": _l("Inbjudan till mötet är redan skickad. Bjud in personerna i stället."),
    "nobody_left": _l("Det finns ingen kvar att skicka till."),
    "more_recipients": _l(
        "Nu är det %(count)s personer, fler än du bekräftade. Se efter att det stämmer och "
        "bekräfta igen."
    ),
    "no_mailing": _l("Utskicket finns inte."),
    "no_message": _l("Mejlet finns inte."),
    "text_erased": _l("Texten i mejlet är raderad, så det går inte att skicka igen."),
    "mail_of_nobody": _l("Mejlet kan bara skickas igen till samma adress."),
    "undo_too_late": _l("Det går inte att ta tillbaka längre. Hör av dig, så hjälper vi dig."),
    "cannot_recall": _l("Det går inte att ta tillbaka längre. Hör av dig, så hjälper vi dig."),
    "not_sent_again": _l("Det här mejlet går inte att skicka en gång till."),
    "mail_outdated": _l(
        "Mejlet stämmer inte längre: personen har svarat, tiden har gått ut eller mötet har "
        "ändrats. Därför går det inte att skicka en gång till."
    ),
    "not_stopped": _l("Mejlet är på väg eller har redan kommit fram."),
    "link_unknown": _l("Länken fungerar inte. Den kan vara gammal eller avklippt i mejlet."),
    "staff_link_unknown": _l(
        "Länken fungerar inte. Den gäller i 15 minuter och kan användas en gång. Be om en ny."
    ),
    "meeting_cancelled": _l("Mötet är inställt. Du behöver inte göra något."),
    "meeting_started": _l("Mötet började %(day)s. Hör av dig till oss om något behöver ändras."),
    "registration_not_open": _l("Anmälan öppnar %(day)s."),
    "registration_closed": _l("Anmälan stängde %(day)s. Hör av dig till oss om du vill komma."),
    "change_not_open": _l("Det går att ändra från och med %(day)s."),
    "change_closed": _l(
        "Det gick att ändra till och med %(day)s. Hör av dig till oss, så hjälper vi dig."
    ),
    "preparation_not_open": _l("Förberedelsen öppnar %(day)s."),
    "preparation_closed": _l("Sista dagen var %(day)s. Ni kan läsa och ladda ner ert svar."),
    "cannot_register": _l(
        "Det går inte att anmäla sig med den här inbjudan längre. Hör av dig till oss om du vill "
        "komma."
    ),
    "cannot_decline": _l("Du kan inte tacka nej nu. Har du en plats avbokar du den i stället."),
    "cannot_change": _l("Det finns ingen anmälan att ändra. Anmäl dig först."),
    "mode_full": _l(
        "De platserna är slut. Välj det andra sättet att delta, eller behåll det du hade."
    ),
    "cannot_withdraw": _l("Det finns ingen plats att avboka."),
    "cannot_substitute": _l(
        "Det går inte att skicka en ersättare i det läge som anmälan har nu. Hör av dig till oss, "
        "så hjälper vi dig."
    ),
    "cannot_invite": _l(
        "Personen har redan en inbjudan eller en anmälan till mötet. Sök upp personen bland "
        "personerna på mötet."
    ),
    "cannot_revoke": _l("Personen är redan borttagen från mötet."),
    "cannot_check_in": _l(
        "Personen kan inte prickas av i det läge som anmälan har nu. Anmäl eller bjud in personen "
        "först."
    ),
    "offer_over": _l(
        "Erbjudandet har gått ut, och platsen går till nästa på väntelistan. Du står kvar sist."
    ),
    "cannot_stay": _l("Du står inte på väntelistan längre. Anmäl dig igen om du vill."),
    "no_free_seat": _l(
        "Det finns ingen ledig plats åt personen. Kryssa i att personen ska få platsen ändå, eller "
        "låt personen vänta på sin tur."
    ),
    "way_in_use": _l(
        "Anmälda digitalt eller på väntelistan till en digital plats: %(count)s. De måste byta "
        "sätt att delta innan du kan ta bort det digitala."
    ),
    "cannot_promote": _l("Personen står inte på väntelistan."),
    "cannot_move": _l("Anmälan kan inte flyttas med mötet."),
    "wrong_state": _l(
        "Det går inte i det läge som gäller nu. Någon annan kan ha hunnit före. "
        "Öppna sidan på nytt och se hur det är."
    ),
    "somebody_else": _l(
        "Inbjudan är till %(name)s, men här står både ett annat namn och en annan adress. Rätta "
        "uppgifterna, eller kom i "
        "stället för %(name)s."
    ),
    "substitute_exists": _l("%(name)s är redan anmäld."),
    "substitute_self": _l(
        "Det är ditt eget namn och din egen adress. Skriv vem som kommer i stället."
    ),
    "need_gone": _l("Ingen har det behovet längre. Öppna listan på nytt."),
    "no_needs_without_registration": _l("Anmäl dig först. Sedan kan du berätta vad du behöver."),
    "not_open_to_all": _l(
        "Mötet är för dem som är inbjudna. Hör av dig till oss om du tycker att du borde vara med."
    ),
    "register_yourself_first": _l("Anmäl dig själv först. Sedan kan du anmäla kollegor."),
    "colleagues_by_invitation": _l(
        "Mötet är för dem som är inbjudna. Hör av dig till oss om fler från er vill komma."
    ),
    "no_organisation_request": _l("Frågan finns inte. Den kan vara raderad."),
    "person_exists": _l(
        "Det finns redan en person med namnet %(name)s och den adressen. Sök upp personen i "
        "listan i stället."
    ),
    "organisation_exists": _l(
        "Det finns redan en organisation som heter %(name)s. Välj den i listan, eller skriv ett "
        "annat namn."
    ),
    "alias_taken": _l("%(organisation)s känns redan igen på det namnet."),
    "bad_address": _l("Skriv e-postadressen med @, till exempel anna.berg@kommun.example"),
    "too_many_attempts": _l(
        "Det har varit många försök på kort tid. Vänta en stund och försök igen."
    ),
    "too_many_asked": _l(
        "Det har varit många försök på kort tid. Titta i din e-post, också bland skräpposten. "
        "Kommer inget mejl kan du försöka igen om en timme."
    ),
    "too_many_asked_today": _l(
        "Det har varit många försök i dag. Titta i din e-post, också bland skräpposten. Kommer "
        "inget mejl kan du försöka igen i morgon, eller höra av dig till oss."
    ),
    "too_many_mails": _l(
        "Det har gått många mejl på kort tid, så det här skickade vi inte. Inget är ändrat. Vänta "
        "en timme och försök igen, eller hör av dig till oss."
    ),
    "too_many_mails_today": _l(
        "Det har gått många mejl det senaste dygnet, så det här skickade vi inte. Inget är ändrat. "
        "Försök igen i morgon, eller hör av dig till oss."
    ),
    "too_many_copies": _l(
        "Det har gått många mejl till den adressen på kort tid. Inget är ändrat. Töm fältet, eller "
        "försök igen i morgon."
    ),
    "too_many_to_new_address": _l(
        "Det har nyss gått mejl till den adressen. Inget är ändrat. Vänta en timme och försök "
        "igen, eller hör av dig till oss."
    ),
    "address_unproven": _l(
        "Adressen är ny. Öppna länken som vi har mejlat till %(address)s först, så vet vi att "
        "adressen är rätt. Står det fel kan du rätta adressen i din anmälan."
    ),
    "no_greeting": _l(
        "Hälsningen går inte att skicka med än, för vi vet inte att du hör till organisationen. "
        "Töm fältet och skicka igen."
    ),
    "colleagues_need_place": _l(
        "Du har anmält dig själv, och vi vet inte än att du hör till organisationen. Be dina "
        "kollegor att anmäla sig själva, eller hör av dig till oss."
    ),
    "no_year": _l("Det finns inget årshjul för det året."),
    "no_meeting": _l("Mötet finns inte."),
    "no_phase": _l("Mötet har ingen sådan tid i sin plan."),
    "no_import": _l("Importen finns inte. En förhandsgranskning finns kvar i sju dagar."),
    "import_forgotten": _l("Raderna är borttagna, så importen kan inte gå vidare."),
    "import_written": _l("Filen är redan inläst."),
    "import_not_written": _l("Importen är inte genomförd, så det finns inget att ångra."),
    "import_edited": _l(
        "Importen kan inte ångras, för något som den lade till har ändrats sedan dess."
    ),
    "import_in_use": _l(
        "Importen kan inte ångras, för något bygger redan på den, till exempel en inbjudan."
    ),
    "file_too_large": _l("Filen är större än 10 MB. Dela upp den på flera filer."),
    "file_unpacks_too_large": _l(
        "Filen är större än 50 MB när den packas upp. Ta bort bilder och blad som inte behövs."
    ),
    "file_takes_too_much": _l(
        "Filen tar för mycket tid eller minne att läsa, fast listan kanske är kort. Kopiera bara "
        "raderna med personer till en ny arbetsbok, spara den och försök igen."
    ),
    "unclosed_quote": _l(
        "På rad %(line)s börjar ett citattecken som aldrig tar slut, så raderna efter går inte att "
        "läsa. Ta bort det eller sätt ett till, och försök igen."
    ),
    "file_too_long": _l("Filen har fler än 20 000 rader. Dela upp den på flera filer."),
    "file_empty": _l(
        "Det finns inget i filen. Kontrollera att personerna står på det första bladet."
    ),
    "file_no_rows": _l(
        "Filen har rubriker men inga personer. Kontrollera att de står på det första bladet."
    ),
    "file_broken": _l(
        "Filen är skadad och kan inte läsas. Öppna den i Excel, spara den på nytt och försök igen."
    ),
    "file_locked": _l(
        "Filen är skyddad med lösenord. Ta bort lösenordet i Excel, spara och försök igen."
    ),
    "file_old_excel": _l(
        "Filen är i det gamla Excelformatet (.xls), som vi inte kan läsa. Öppna den i Excel, välj "
        "Arkiv, Spara som, och filtypen Excel-arbetsbok (.xlsx). I LibreOffice heter filtypen "
        "Excel 2007–365 (.xlsx). Välj sedan den nya filen här."
    ),
    "file_binary_excel": _l(
        "Filen är en binär Excel-arbetsbok (.xlsb), som vi inte kan läsa. Öppna den i Excel, välj "
        "Arkiv, Spara som, och filtypen Excel-arbetsbok (.xlsx). Välj sedan den nya filen här."
    ),
    "file_open_document": _l(
        "Filen är ett kalkylblad från LibreOffice eller OpenOffice (.ods), som vi inte kan läsa. "
        "Öppna den där, välj Arkiv, Spara som, och filtypen Excel 2007–365 (.xlsx). I Excel heter "
        "filtypen Excel-arbetsbok (.xlsx). Välj sedan den nya filen här."
    ),
    "file_unknown": _l(
        "Filen är varken en Excel-arbetsbok (.xlsx) eller en CSV-fil. Öppna listan i Excel eller "
        "LibreOffice, välj Arkiv, Spara som, och filtypen .xlsx. Välj sedan den nya filen här."
    ),
    "no_headings": _l(
        "Vi hittar inga rubriker på de tio första raderna. Det behövs E-post, Organisation och "
        "Namn. Ta gärna vår mall."
    ),
    "missing_heading": _l(
        "Kolumnen %(name)s saknas. Det behövs E-post, Organisation och Namn (eller Förnamn och "
        "Efternamn)."
    ),
    "double_heading": _l("Rubriken %(name)s finns i två kolumner. Ta bort eller döp om den ena."),
    "no_person": _l("Personen finns inte."),
    "person_inactive": _l(
        "Det går inte att välja %(name)s här. Hör av dig till oss, så hjälper vi dig."
    ),
    "no_deletion_request": _l("Begäran finns inte."),
    "no_organisation": _l("Organisationen finns inte."),
    "no_registration": _l("Anmälan finns inte."),
    "no_pack": _l("Underlaget finns inte. Det kan vara äldre än 30 dagar. Ta fram ett nytt."),
    "no_staff": _l("Kontot finns inte."),
    "staff_exists": _l(
        "Det finns redan ett konto med den adressen. Öppna det kontot under Konton."
    ),
    "unknown_role": _l("Välj minst en roll."),
    "last_administrator": _l(
        "Det måste finnas minst en administratör. Gör någon annan till administratör först."
    ),
}

# The same refusals, said to staff: the sentences above speak to participants about their own
# registration or answer, and would tell a coordinator to get in touch with the coordinator.
TO_STAFF = {
    "meeting_cancelled": _l("Mötet är inställt."),
    "meeting_started": _l("Mötet började %(day)s."),
    "registration_closed": _l("Anmälan stängde %(day)s. Ändra tidplanen om fler ska kunna svara."),
    "preparation_closed": _l(
        "Sista dagen var %(day)s. Du kan öppna svaret för en organisation i taget."
    ),
    "cannot_register": _l(
        "Personen kan inte anmälas i det läge som anmälan har nu. Bjud in personen igen först."
    ),
    "cannot_decline": _l(
        "Det finns ingen inbjudan att tacka nej till. Har personen en plats avbokar du den i "
        "stället."
    ),
    "cannot_change": _l("Det finns ingen anmälan att ändra. Anmäl personen först."),
    "cannot_substitute": _l("Det går inte att skicka en ersättare i det läge som anmälan har nu."),
    "somebody_else": _l(
        "Inbjudan är till %(name)s, men här står både ett annat namn och en annan adress. Rätta "
        "uppgifterna, eller skicka "
        "en ersättare för %(name)s."
    ),
    "substitute_exists": _l(
        "%(name)s är redan anmäld. Avboka i stället platsen för den som inte kan komma."
    ),
    "substitute_self": _l(
        "Det är samma namn och samma adress som personens egna. Skriv vem som kommer i stället."
    ),
    "person_inactive": _l("%(name)s är inaktiv. Gör personen aktiv igen på personens sida först."),
}


def sentence(error: DomainError) -> str:
    """The sentence for an error, in the page's language, for staff or for a participant.

    Every key has one (a test reads the sources and compares).
    """
    # A sentence may name what this refusal does not carry, and a day is first put into words below.
    given = {"name": "", "count": "", **error.params, "day": ""}
    if "field" in error.params:
        given["name"] = import_words.field_name(str(error.params["field"]))
    when = error.params.get("day")
    if isinstance(when, dt.date):
        given["day"] = dates.day(when, page.language())
    said = TO_STAFF.get(error.key) if "staff" in g else None
    return str(said or SENTENCES[error.key]) % given
