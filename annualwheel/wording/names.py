"""What the three meetings are called in running text, and what each is for, in both languages.

Mails, calendar entries and workbooks use these words; pages are translated with gettext.
"""

from __future__ import annotations

MEETINGS = {
    "work": {"sv": "arbetsmötet", "en": "the working meeting"},
    "direction": {"sv": "riktningsmötet", "en": "the strategic direction meeting"},
    "conference": {"sv": "Värmland 2040-konferensen", "en": "the Värmland 2040 conference"},
}

# In addresses.
SLUGS = {"work": "arbetsmote", "direction": "riktningsmote", "conference": "konferens"}
# In a calendar among everything else: what it is, and whose.
IN_CALENDAR = {
    "work": {"sv": "Arbetsmöte, Värmlandsstrategin", "en": "Working meeting, Värmland Strategy"},
    "direction": {
        "sv": "Riktningsmöte, Värmlandsstrategin",
        "en": "Strategic direction meeting, Värmland Strategy",
    },
    "conference": {
        "sv": "Värmland 2040-konferensen, Värmlandsstrategin",
        "en": "Värmland 2040 conference, Värmland Strategy",
    },
}
# For a subject line that has no room for the whole name, or where the name's year would come just
# before the number of a day.
SHORT = {
    "Värmland 2040-konferensen": "konferensen",
    "the Värmland 2040 conference": "the conference",
}
ABOUT = {
    "work": {
        "sv": (
            "Vi lägger pusslet tillsammans. Då ser vi vad som görs i Värmland och vilka bitar som "
            "saknas."
        ),
        "en": (
            "Together we piece together everything being done for Värmland and see what is missing."
        ),
    },
    "direction": {
        "sv": "Vi utgår från nulägesanalysen och diskuterar vilken riktning vi ska ta.",
        "en": "We start from the analysis of the situation and discuss which direction to take.",
    },
    "conference": {
        "sv": "Vi visar lärdomar och framsteg och hämtar kraft till det fortsatta arbetet.",
        "en": "We show lessons and progress, and gather strength for the work ahead.",
    },
}
# The kinds of meeting that each person prepares alone, as the files in `forms/` say. It is used
# until a questionnaire is published.
ALONE = ("conference",)


def meeting(kind: str, language: str) -> str:
    """The meeting's name in running text: "arbetsmötet", "the working meeting"."""
    return MEETINGS[kind][language]


def in_calendar(kind: str, language: str) -> str:
    """What a calendar entry is called: "Arbetsmöte, Värmlandsstrategin"."""
    return IN_CALENDAR[kind][language]


def title(kind: str, language: str) -> str:
    """The name with a capital: "Arbetsmötet", "The working meeting"."""
    name = meeting(kind, language)
    return name[0].upper() + name[1:]


def first_words(text: str, most: int) -> str:
    """The first whole words of a text, at most `most` letters; a longer first word is cut."""
    if len(text) <= most:
        return text
    fits = text[: most + 1]
    return (fits.rsplit(" ", 1)[0] if " " in fits else text[:most]).rstrip(" ,;:–-")


def page_of(year: int, kind: str) -> str:
    """The path of the page about a meeting that anybody may open."""
    return f"/moten/{year}/{SLUGS[kind]}"
