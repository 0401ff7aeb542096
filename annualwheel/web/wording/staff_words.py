"""The words of the coordinators' pages: kinds of mail and mailing, choices, groups, events."""

from __future__ import annotations

from annualwheel.web.wording.words import Look, Word, current_language

MAIL = {
    "save_the_date": Word("Spara datumet", "Save the date"),
    "invitation": Word("Inbjudan", "Invitation"),
    "reminder": Word("Påminnelse om att svara", "Reminder to answer"),
    "confirmation": Word("Bekräftelse", "Confirmation"),
    "joining": Word("Så deltar du", "How to take part"),
    "calendar_request": Word("Kalenderbokning", "Calendar booking"),
    "calendar_update": Word("Ändrad kalenderbokning", "Changed calendar booking"),
    "calendar_cancel": Word("Borttagen kalenderbokning", "Removed calendar booking"),
    "needs_question": Word("Fråga om ett behov", "Question about a need"),
    "declined": Word("Tack för ditt svar (nej)", "Thank you for answering (no)"),
    "withdrawn": Word("Bekräftelse på avbokning", "Cancellation confirmed"),
    "waitlisted": Word("Plats på väntelistan", "Place on the waiting list"),
    "promoted": Word("Plats från väntelistan", "Seat from the waiting list"),
    "offer": Word("Erbjuden plats från väntelistan", "Offered a seat from the waiting list"),
    "offer_lapsed": Word("Erbjudandet om en plats gick ut", "The offer of a seat ended"),
    "substituted": Word("Någon annan kommer i stället", "Someone else comes instead"),
    "substitute_recalled": Word("Behöver inte ersätta någon", "Need not replace anyone"),
    "substitute_invitation": Word("Inbjudan till ersättare", "Invitation to a substitute"),
    "moved": Word("Mötet är flyttat", "The meeting has moved"),
    "cancelled": Word("Mötet är inställt", "The meeting is cancelled"),
    "preparation": Word("Förberedelsen öppnar", "The preparation opens"),
    "preparation_reminder": Word("Påminnelse om förberedelsen", "Reminder about the preparation"),
    "receipt": Word("Kvitto på svaret", "Receipt for the response"),
    "receipt_copy": Word("Kvitto till den som skrev förut", "Receipt to an earlier writer"),
    "change_granted": Word("Svaret är öppet igen", "The response is open again"),
    "change_refused": Word("Nej till att ändra svaret", "No to changing the response"),
    "results": Word("Resultatet av mötet", "Results of the meeting"),
    "colleague": Word("Inbjudan till kollega", "Invitation to a colleague"),
    "application": Word("Bekräfta öppen anmälan", "Confirm an open registration"),
    "application_known": Word("Länk vid öppen anmälan", "Link at an open registration"),
    "application_gone": Word(
        "Öppen anmälan, gäller inte längre", "Open registration, no longer valid"
    ),
    "organisation_request": Word("Kvitto, organisation saknas", "Receipt, organisation missing"),
    "organisation_refused": Word(
        "Nej, organisationen läggs inte till", "No, the organisation is not added"
    ),
    "colleague_registered": Word("Anmäld av en kollega", "Registered by a colleague"),
    "wanted": Word("Någon frågade förgäves", "Someone asked in vain"),
    "lead": Word("Ny samordnare för svaret", "New lead of the response"),
    "new_link": Word("Ny länk", "New link"),
    "address_changed": Word("Ändrad e-postadress", "Changed e-mail address"),
    "new_address": Word("Länkar till ny adress", "Links to a new address"),
    "own_data": Word("Länk till egna uppgifter", "Link to own details"),
    "deletion_asked": Word("Begäran om radering", "Request for deletion"),
    "deletion_refused": Word("Svar om radering", "Answer about deletion"),
    "deletion_done": Word("Uppgifter raderade", "Details deleted"),
    "staff_sign_in": Word("Inloggningslänk", "Sign-in link"),
    "staff_welcome": Word("Nytt konto", "New account"),
    "registered_by_phone": Word("Svar som vi skrev in", "Answer we entered"),
    "test_mail": Word("Test av mejlinställningarna", "Test of the e-mail settings"),
}
# In the definite form: "Skicka inbjudan till 184 personer?"
MAILING = {
    "save_the_date": Word("mejlet om att spara datumet", "the e-mail to save the date"),
    "invitation": Word("inbjudan", "the invitation"),
    "reminder": Word("påminnelsen", "the reminder"),
    "joining": Word("mejlet om hur man deltar", "the e-mail about how to take part"),
    "preparation": Word("förberedelsen", "the preparation"),
    "preparation_reminder": Word(
        "påminnelsen om förberedelsen", "the reminder about the preparation"
    ),
    "moved": Word("mejlet om att mötet är ändrat", "the e-mail about the changed meeting"),
    "cancelled": Word("mejlet om att mötet är inställt", "the e-mail about the cancelled meeting"),
    "results": Word("mejlet om resultatet", "the e-mail about the results"),
}
# What mails about a questionnaire are called when it follows the meeting up.
MAIL_AFTER = {
    "preparation": Word("Uppföljningen öppnar", "The follow-up opens"),
    "preparation_reminder": Word("Påminnelse om uppföljningen", "Reminder about the follow-up"),
}
MAILING_AFTER = {
    "preparation": Word("uppföljningen", "the follow-up"),
    "preparation_reminder": Word(
        "påminnelsen om uppföljningen", "the reminder about the follow-up"
    ),
}
CHOICE = {
    "category": Word("En typ av organisation", "One type of organisation"),
    "lead": Word("Organisationernas samordnare", "The organisations' leads"),
    "import": Word("En import", "An import"),
    "last_year": Word("De som var inbjudna förra året", "Those who were invited last year"),
    "people": Word("Utvalda personer", "Picked people"),
}
GROUP = {
    "invited": Word("Inbjudna", "Invited"),
    "delivered": Word("Mejlet är skickat", "Mail sent"),
    "answered": Word("Har svarat", "Have answered"),
    "coming": Word("Kommer", "Coming"),
    "unanswered": Word("Har inte svarat", "Have not answered"),
    "declined": Word("Kommer inte", "Not coming"),
    "waiting": Word("På väntelistan", "On the waiting list"),
    "to_reconfirm": Word("Behöver bekräfta ny dag", "Need to confirm the new date"),
    "unconfirmed": Word("Väntar på bekräftelse", "Waiting for confirmation"),
    "gone": Word("Ersatta och borttagna", "Replaced and removed"),
}
# What the log says after the person: "Anna Berg, Grums kommun" and then "anmäld".
EVENT = {
    "registered": Word("anmäld", "registered"),
    "waitlisted": Word("på väntelistan", "put on the waiting list"),
    "promoted": Word("fick en plats från väntelistan", "was given a seat from the waiting list"),
    "offered": Word(
        "erbjöds en plats från väntelistan", "was offered a seat from the waiting list"
    ),
    "offer_taken": Word("tog den erbjudna platsen", "took the offered seat"),
    "offer_let_go": Word(
        "tackade nej till platsen och står kvar sist på väntelistan",
        "declined the seat and waits on, last on the waiting list",
    ),
    "offer_lapsed": Word(
        "svarade inte i tid på erbjudandet och står sist på väntelistan",
        "did not answer the offer in time and stands last on the waiting list",
    ),
    "given_place": Word("fick förtur till en plats", "was given a seat out of turn"),
    "left_line": Word("lämnade väntelistan", "left the waiting list"),
    "changed": Word("uppgifterna ändrade", "details changed"),
    "declined": Word("tackade nej", "declined"),
    "withdrew": Word("avbokad", "cancelled"),
    "substituted": Word("ersatt av någon annan", "replaced by someone else"),
    "substitution_undone": Word(
        "tog tillbaka platsen eller inbjudan från sin ersättare",
        "took the seat or the invitation back from the substitute",
    ),
    "revoked": Word("borttagen från mötet", "removed from the meeting"),
    "invited": Word("inbjuden enskilt", "invited individually"),
    "vouched": Word("lades till i organisationen", "was added to the organisation"),
    "applied": Word("bekräftade sin öppna anmälan", "confirmed an open registration"),
    "organisation_granted": Word(
        "Någon vars organisation saknades är inbjuden",
        "Someone whose organisation was missing is invited",
    ),
    "organisation_refused": Word(
        "En organisation lades inte till", "An organisation was not added"
    ),
    "attended": Word("avprickad", "checked in"),
    "moved": Word("Mötet flyttades", "The meeting was moved"),
    "cancelled": Word("Mötet ställdes in", "The meeting was cancelled"),
    "published": Word("Frågorna publicerades", "The questions were published"),
    "phases_changed": Word("Tidplanen ändrades", "The schedule was changed"),
    "terms_changed": Word("Mötets villkor ändrades", "The terms of the meeting were changed"),
    "joining_changed": Word(
        "Hur man deltar skrevs eller ändrades", "How to take part was written or changed"
    ),
    "mailing_confirmed": Word("Ett utskick började", "A mailing began"),
    "mailing_paused": Word("Ett utskick pausades", "A mailing was paused"),
    "mailing_stopped": Word(
        "Ett utskick stannade: mejlservern tog inte emot det",
        "A mailing stopped: the mail server did not take it",
    ),
    "all_sent_again": Word(
        "Mejl som hade stannat skickades igen", "E-mails that had stopped were sent again"
    ),
    "mailing_resumed": Word("Ett utskick fortsatte", "A mailing was resumed"),
    "tested": Word("Ett testmejl skickades", "A test e-mail was sent"),
    "sent_again": Word("Ett mejl skickades igen", "An e-mail was sent again"),
    "address_corrected": Word("En e-postadress rättades", "An e-mail address was corrected"),
    "submitted": Word("skickade in sitt svar", "submitted their response"),
    "colleague_invited": Word(
        "En kollega bjöds in till svaret", "A colleague was invited to the response"
    ),
    "asked_in_vain": Word(
        "Någon frågade efter en person som inte kunde vara med",
        "Someone asked for a person who could not take part",
    ),
    "colleague_removed": Word(
        "En kollega togs bort från svaret", "A colleague was taken out of the response"
    ),
    "lead_handed_over": Word("Svarets samordnare byttes", "The lead of the response changed"),
    "lead_taken": Word("Svaret fick en samordnare", "The response was given a lead"),
    "change_asked": Word(
        "En organisation bad om att få ändra sitt svar",
        "An organisation asked to change its response",
    ),
    "change_refused": Word(
        "En organisation fick nej till att ändra sitt svar",
        "An organisation was told no to changing its response",
    ),
    "answer_opened": Word("Ett svar öppnades för ändring", "A response was opened for changes"),
    "answer_closed": Word("Ett öppnat svar stängdes", "A response that had been opened was closed"),
    "results_written": Word("Någon skrev i resultatet", "Someone wrote in the results"),
    "pack_asked": Word("Ett underlag beställdes", "A pack was asked for"),
    "pack_cancelled": Word("Ett underlag avbröts", "A pack was cancelled"),
    "pack_built": Word("Ett underlag blev klart", "A pack was made"),
    "pack_downloaded": Word("Ett underlag hämtades", "A pack was downloaded"),
    "needs_read": Word(
        "Någon läste listan över mat och tillgänglighet", "Someone read the list of needs"
    ),
    "needs_asked": Word("En fråga om ett behov skickades", "A question about a need was sent"),
    "needs_taken_out": Word(
        "Listan över mat och tillgänglighet lämnades ut", "The list of needs was handed out"
    ),
    "list_taken_out": Word("En lista hämtades som Excel", "A list was taken out as Excel"),
    "results_published": Word("Resultatet publicerades", "The results were published"),
    "results_corrected": Word("Resultatet rättades", "The results were corrected"),
    "results_unpublished": Word("Resultatet togs bort från visning", "The results were taken down"),
}
MAIL_GROUP = {
    "stopped": Word("Kom inte fram", "Not delivered"),
    "expired": Word("Gick inte iväg", "Not sent"),
    "unknown": Word("Osäkert om de kom fram", "Delivery uncertain"),
    "waiting": Word("Väntar", "Waiting"),
    "sent": Word("Skickade", "Sent"),
    "not_sent": Word("Skickades inte", "Not sent"),
}
TABLES = {
    "mail": MAIL,
    "mailing": MAILING,
    "mail_after": MAIL | MAIL_AFTER,
    "mailing_after": MAILING | MAILING_AFTER,
    "choice": CHOICE,
    "group": GROUP,
    "event": EVENT,
    "mail_group": MAIL_GROUP,
}


def look(table: str, name: str) -> Look:
    """Text, tone and icon of `name` in one of `TABLES`, in the page's language."""
    word = TABLES[table][name]
    return Look(word.en if current_language() == "en" else word.sv, word.tone, word.icon)


def say(name: str, table: str) -> str:
    """Only the text; in templates `{{ message.kind|say("mail") }}`."""
    return look(table, name).text
