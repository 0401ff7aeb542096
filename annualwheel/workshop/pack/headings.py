"""The words of the workbook and of its sheets, in both languages.

A job builds the workbook, outside any request that could tell the language of a page.
"""

from __future__ import annotations

WORDS = {
    "read_me": ("Läs mig", "Read me"),
    "overview": ("Översikt", "Overview"),
    "initiatives": ("Initiativ", "Initiatives"),
    "all_answers": ("Alla svar", "All answers"),
    "participants": ("Deltagare", "Participants"),
    "unreadable": ("Gick inte att läsa, är inte med", "Could not be read, left out"),
    "long_texts": ("Långa texter", "Long texts"),
    "id": ("Id", "Id"),
    "number": ("Nr", "No."),
    "title": ("Initiativ", "Initiative"),
    "theme": ("Tema", "Theme"),
    "section": ("Avsnitt", "Section"),
    "question": ("Fråga", "Question"),
    "answer": ("Svar", "Answer"),
    "item": ("Gäller", "Concerns"),
    "version": ("Version", "Version"),
    "submitted": ("Inskickat", "Submitted"),
    "since": ("Sedan förra året", "Since last year"),
    "carried_new": ("Ny", "New"),
    "carried_changed": ("Ändrat", "Changed"),
    "carried_ended": ("Avslutat", "Finished"),
    "focus_area": ("Insatsområde", "Focus area"),
    "text": ("Text", "Text"),
    "role": ("Titel eller uppdrag", "Job title or role"),
    "state": ("Läge", "State"),
    "mode": ("Deltar", "Takes part"),
    "lead": ("Samordnare", "Lead"),
    "coming": ("Kommer", "Coming"),
    "seats": ("Har plats", "With a seat"),
    "questionnaire": ("Formulär", "Questionnaire"),
    "part": ("Del", "Part"),
    "place": ("Finns på", "Found in"),
    "on_site": ("På plats", "On site"),
    "online": ("Digitalt", "Online"),
    "registered": ("Anmäld", "Registered"),
    "attended": ("Var på plats", "Attended"),
    "to_reconfirm": ("Behöver bekräfta ny dag", "Needs to confirm the new date"),
    "offered": ("Erbjuden plats", "Offered a place"),
    "none": ("Inte påbörjat", "Not begun"),
    "draft": ("Utkast finns, inte inskickat", "Draft exists, not submitted"),
    "no_category": ("Typ saknas", "Kind missing"),
    "no_initiatives": ("Har inga initiativ att berätta om", "Has no initiatives to report"),
    "without_initiatives": ("Inga initiativ", "No initiatives"),
    "without_items": ("Inget att berätta om", "Nothing to report"),
    "cut": (
        " … [Texten fortsätter på bladet Långa texter]",
        " … [The text goes on in the sheet Long texts]",
    ),
    "theme_by_area": (
        "Antal {what} per tema och insatsområde",
        "Number of {what} by theme and focus area",
    ),
    "theme_by_category": (
        "Antal {what} per tema och typ av organisation",
        "Number of {what} by theme and type of organisation",
    ),
    "no_theme": ("Inget av årets teman", "None of this year's themes"),
    "several": (
        "Det som hör till flera teman eller insatsområden räknas i flera rutor.",
        "What belongs to several themes or focus areas is counted in several cells.",
    ),
    "pack": ("Underlag inför", "Pack for"),
    "meeting": ("Möte", "Meeting"),
    "made_by": ("Framtaget av", "Created by"),
    "filter": ("Urval", "Selection"),
    "filter_is": (
        "Inskickade svar, senaste versionen. Utkast är inte med.",
        "Submitted responses, the latest version. Drafts are not included.",
    ),
    "registry": ("Diarienummer", "Registry number"),
    "content": ("Innehåll", "Content"),
    "left_out_is": (
        "Specialkost och tillgänglighet, kontaktuppgifter, utkast.",
        "Diet and access needs, contact details, drafts.",
    ),
    "public": ("Offentlighet", "Public records"),
    "public_is": (
        "Inskickade svar är allmänna handlingar. Det här är en kopia, originalet finns i "
        "Årshjulet.",
        "Submitted responses are public records. This is a copy, the original is in Årshjulet.",
    ),
    "about_theme": ("Ett blad att skriva ut för varje tema", "One sheet to print for each theme"),
    "page": ("Sida", "Page"),
    "of": ("av", "of"),
    "by_theme": ("Svar per tema", "Answers by theme"),
    "by_organisation": ("Svar per organisation", "Answers by organisation"),
    "by_person": ("Svar per person", "Answers by person"),
    "question_short": ("F", "Q"),
    "partners": ("Samarbeten", "Collaborations"),
    "partner": ("Samarbetar med", "Works with"),
    "seeking": ("Söker samarbete", "Looking for collaboration"),
    "seeks": ("Söker", "Is looking for"),
    "about_what": ("Om vad", "About what"),
    "notes": ("Dokumentation", "Notes"),
    "secretary": ("Sekreterare", "Secretary"),
    "table": ("Bord", "Table"),
    "here": ("Här", "Here"),
    "codes": ("Kodbok", "Code book"),
    "not_answered": ("Har inte svarat", "Not answered"),
    "awaited": ("Svar väntas från", "Awaiting a response from"),
    "respondent": ("Svar från", "From"),
    "category": ("Typ av organisation", "Type of organisation"),
    "organisation": ("Organisation", "Organisation"),
    "organisation_id": ("Organisationens id", "Organisation id"),
    "answer_id": ("Svarets id", "Response id"),
    "question_key": ("Frågans nyckel", "Question key"),
    "option_key": ("Valets nyckel", "Choice key"),
    "option": ("Val", "Choice"),
    "how_many": ("Antal", "Number"),
    "share": ("Andel", "Share"),
    "type": ("Sort", "Type"),
    "type_text": ("Kort text", "Short text"),
    "type_long_text": ("Text", "Text"),
    "type_number": ("Tal", "Number"),
    "type_date": ("Dag", "Date"),
    "type_url": ("Länk", "Link"),
    "type_years": ("Årtal", "Years"),
    "type_choice": ("Ett val", "One choice"),
    "type_choices": ("Flera val", "Several choices"),
    "organisations_listed": ("Organisationerna i Årshjulet", "The organisations in Årshjulet"),
    "chosen": ("Har valt", "Has chosen"),
    "have_answered": ("har svarat på frågan", "have answered the question"),
    "kind": ("Slag", "Kind"),
    "status": ("Läge", "Status"),
    "begins": ("Start", "Start"),
    "ends": ("Slut", "End"),
    "family": ("Efternamn", "Family name"),
    "given": ("Förnamn", "Given name"),
    "carried_still": ("Pågår", "Continues"),
    "gap": ("Lucka", "Gap"),
    "unknown": ("Vet inte", "Not known"),
    "gap_is": (
        "Lucka: minst hälften har svarat, och ingen har något här.",
        "Gap: at least half have responded, and nobody has anything here.",
    ),
    "unknown_is": (
        "Vet inte: färre än hälften av de tillfrågade har svarat.",
        "Not known: fewer than half of those asked have responded.",
    ),
    "number_of": ("Antal {what}", "Number of {what}"),
    "answered": ("Har svarat", "Responded"),
    "asked": ("Tillfrågade", "Asked"),
    "all": ("Alla", "All"),
    "out_of": ("av", "of"),
    "people_answered": ("Personer som har svarat", "People who responded"),
    "organisations_answered": (
        "Organisationer som har svarat",
        "Organisations that responded",
    ),
    "made_at": ("Framtaget", "Created"),
    "sheets": ("Blad", "Sheet"),
    "left_out": ("Ingår inte", "Left out"),
    "how_to_read": ("Så läser du", "How to read it"),
    "how_to_filter": (
        "Rubrikraden har filter: tryck på pilen för att sortera eller visa en del. Ett initiativ "
        "med flera teman står på flera blad, men på en rad i listan.",
        "The heading row has filters: press the arrow to sort or to show a part. An initiative "
        "with several themes is on several sheets, but on one row of the list.",
    ),
    "how_to_fold": (
        "I listan över initiativ ligger en kolumn med 1 och 0 för varje val hopfälld längst till "
        "höger. Tryck på plustecknet ovanför för att visa dem. Tomt betyder att frågan inte "
        "ställdes.",
        "In the list of initiatives, a column of 1 and 0 for each choice is folded away on the "
        "far right. Press the plus sign above to show them. Empty means that the question was not "
        "asked.",
    ),
    "how_to_go_on": (
        "En text som inte får plats på en rad fortsätter på nästa. Kolumnen Del räknar raderna: "
        "filtrera på 1 när du räknar svar.",
        "A text that does not fit on one row continues on the next. The column Part counts the "
        "rows: filter by 1 to count answers.",
    ),
    "how_to_find": (
        "Ett id är detsamma på alla blad och i alla underlag, även nästa år.",
        "An id is the same on all sheets and in all packs, also next year.",
    ),
    "about_overview": (
        "Antal per tema, med luckor, och hur många som har svarat",
        "Number by theme, with gaps, and how many have responded",
    ),
    "about_initiatives": (
        "En rad per initiativ, och sist de svar som inte har något. De första kolumnerna skrivs ut",
        "One row for each initiative, and last the responses without one. The first columns are "
        "printed",
    ),
    "about_items": (
        "En rad för varje, och sist de svar som inte har något. De första kolumnerna skrivs ut",
        "One row for each, and last the responses without one. The first columns are printed",
    ),
    "about_partners": (
        "En rad för varje organisation som nämns, och var",
        "One row for each organisation that is named, and where",
    ),
    "about_seeking": (
        "De initiativ som söker någon att samarbeta med, och om vad",
        "The initiatives that are looking for somebody to work with, and about what",
    ),
    "about_notes": (
        "Frågorna med tomma rader, till den som antecknar vid bordet",
        "The questions with empty lines, for whoever takes notes at the table",
    ),
    "about_by_theme": (
        "Svaren per tema, ordnade efter tema, fråga och organisation",
        "The answers by theme, sorted by theme, question and organisation",
    ),
    "about_question": (
        "Svaren på en fråga, att skriva ut",
        "The answers to one question, to print",
    ),
    "about_by_organisation": (
        "En rad för varje svar och en kolumn för varje fråga",
        "One row for each response and one column for each question",
    ),
    "about_all_answers": (
        "En rad per svar och val, med nycklar till kodboken",
        "One row for each answer and choice, with keys to the code book",
    ),
    "about_participants": (
        "De som kommer, och de som en plats hålls åt tills de har svarat, att pricka av",
        "Those who come, and those a place is kept for until they have answered, to tick off",
    ),
    "about_not_answered": (
        "De som är tillfrågade och inte har skickat in något svar",
        "Those who were asked and have not submitted a response",
    ),
    "about_long": (
        "Det som är för långt för en cell, helt och i delar",
        "What is too long for a cell, whole and in parts",
    ),
    "about_codes": (
        "Vad nycklarna för frågor och val betyder",
        "What the keys of questions and choices mean",
    ),
}


def word(key: str, language: str) -> str:
    """The word in that language ("sv" or "en")."""
    return WORDS[key][language == "en"]
