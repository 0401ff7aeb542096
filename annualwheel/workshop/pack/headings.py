"""The words of the workbook and of its sheets, in both languages.

A job builds the workbook, outside any request that could tell the language of a page.
"""

from __future__ import annotations

WORDS = {
    "read_me": ("Läs mig", "Read me"),
    "overview": ("Översikt", "Overview"),
    "initiatives": ("Initiativ", "Initiatives"),
    "all_answers": ("Alla svar", "All answers"),
    "structures": ("Skapa-bryta-behålla", "Create-break-keep"),
    "participants": ("Deltagare", "Participants"),
    "not_answered": ("Ej svarat", "Not answered"),
    "unreadable": ("Gick inte att läsa, är inte med", "Could not be read, left out"),
    "long_texts": ("Långa texter", "Long texts"),
    "id": ("Id", "Id"),
    "number": ("Nr", "No."),
    "title": ("Initiativ", "Initiative"),
    "respondent": ("Svar från", "Answer from"),
    "organisation": ("Organisation", "Organisation"),
    "category": ("Typ av organisation", "Kind of organisation"),
    "theme": ("Tema", "Theme"),
    "section": ("Avsnitt", "Section"),
    "question": ("Fråga", "Question"),
    "answer": ("Svar", "Answer"),
    "item": ("Gäller", "Concerns"),
    "version": ("Version", "Version"),
    "submitted": ("Inskickat", "Submitted"),
    "since": ("Sedan förra året", "Since last year"),
    "carried_new": ("Ny", "New"),
    "carried_still": ("Pågår", "Goes on"),
    "carried_changed": ("Ändrat", "Changed"),
    "carried_ended": ("Avslutat", "Finished"),
    "focus_area": ("Insatsområde", "Focus area"),
    "kind": ("Slag", "Kind"),
    "text": ("Text", "Text"),
    "total": ("Summa", "Total"),
    "name": ("Namn", "Name"),
    "role": ("Titel eller uppdrag", "Job title or role"),
    "state": ("Läge", "State"),
    "mode": ("Deltar", "Takes part"),
    "lead": ("Samordnare", "Lead"),
    "coming": ("Kommer", "Coming"),
    "questionnaire": ("Formulär", "Questionnaire"),
    "part": ("Del", "Part"),
    "place": ("Finns på", "Found in"),
    "on_site": ("På plats", "On site"),
    "online": ("Digitalt", "Online"),
    "registered": ("Anmäld", "Registered"),
    "attended": ("Var på plats", "Attended"),
    "to_reconfirm": ("Behöver bekräfta ny dag", "Needs to confirm the new date"),
    "waitlisted": ("På väntelistan", "On the waiting list"),
    "offered": ("Erbjuden plats", "Offered a place"),
    "none": ("Inte påbörjat", "Not begun"),
    "draft": ("Utkast finns, inte inskickat", "Draft exists, not submitted"),
    "no_category": ("Typ saknas", "Kind missing"),
    "yes": ("Ja", "Yes"),
    "no": ("Nej", "No"),
    "no_initiatives": ("Har inga initiativ att berätta om", "Has no initiatives to report"),
    "without_initiatives": ("Inga initiativ", "No initiatives"),
    "without_items": ("Inget att berätta om", "Nothing to report"),
    "cut": (
        " … [Texten fortsätter på bladet Långa texter]",
        " … [The text goes on in the sheet Long texts]",
    ),
    "theme_by_area": (
        "Antal initiativ per tema och insatsområde",
        "Number of initiatives by theme and focus area",
    ),
    "theme_by_category": (
        "Antal initiativ per tema och typ av organisation",
        "Number of initiatives by theme and kind of organisation",
    ),
    "several": (
        "Ett initiativ kan höra till flera teman och insatsområden och räknas då i flera rutor.",
        "An initiative may belong to several themes and focus areas and is then counted in "
        "several cells.",
    ),
    "empty_theme": (
        "Inga initiativ är inskickade för temat.",
        "No initiatives have been submitted for this theme.",
    ),
    "pack": ("Underlag inför", "Pack for"),
    "meeting": ("Möte", "Meeting"),
    "made_at": ("Framtaget", "Made at"),
    "made_by": ("Framtaget av", "Made by"),
    "filter": ("Urval", "Selection"),
    "filter_is": (
        "Inskickade svar, senaste versionen. Utkast är inte med.",
        "Submitted answers, the latest version. Drafts are not included.",
    ),
    "registry": ("Diarienummer", "Registry number"),
    "answers_of": ("Svar av tillfrågade", "Answers of those asked"),
    "count_initiatives": ("Initiativ", "Initiatives"),
    "sheets": ("Blad", "Sheet"),
    "content": ("Innehåll", "Content"),
    "left_out": ("Ej med", "Left out"),
    "left_out_is": (
        "Specialkost och behov på plats, kontaktuppgifter, utkast.",
        "Diet and access needs, contact details, drafts.",
    ),
    "public": ("Offentlighet", "Public records"),
    "public_is": (
        "Inskickade svar är allmänna handlingar. Det här är en kopia, originalet finns i "
        "Årshjulet.",
        "Submitted answers are public records. This is a copy, the original is in Årshjulet.",
    ),
    "about_overview": (
        "Tema mot insatsområde och mot typ av organisation, med antal",
        "Theme by focus area and by kind of organisation, with counts",
    ),
    "about_theme": ("Ett blad att skriva ut för varje tema", "One sheet to print for each theme"),
    "about_initiatives": (
        "En rad per initiativ, och sist de svar som inte har något. Kolumnerna med 1 och 0 är "
        "till för att filtrera och räkna",
        "One row for each initiative, and last the answers without one. The columns with 1 and 0 "
        "are for filtering and counting",
    ),
    "about_items": (
        "En rad för varje, och sist de svar som inte har något. Kolumnerna med 1 och 0 är till för "
        "att filtrera och räkna",
        "One row for each, and last the answers without one. The columns with 1 and 0 are for "
        "filtering and counting",
    ),
    "about_all_answers": ("En rad per svar", "One row for each answer"),
    "about_structures": (
        "Svaren per tema: skapa, bryta, behålla, hinder, möjligheter och glapp",
        "The answers by theme: create, break, keep, obstacles, opportunities and gaps",
    ),
    "about_participants": (
        "De som kommer, och de som en plats hålls åt tills de har svarat",
        "Those who come, and those a place is kept for until they have answered",
    ),
    "about_not_answered": (
        "De som inte har skickat in något svar",
        "Those who have not submitted an answer",
    ),
    "page": ("Sida", "Page"),
    "of": ("av", "of"),
}


def word(key: str, language: str) -> str:
    """The word in that language ("sv" or "en")."""
    return WORDS[key][language == "en"]
