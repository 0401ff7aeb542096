"""Words that were read aloud and found wanting are in no text: Myndigheternas skrivregler.

A form that is banned here has a better one beside it. Swedish and English texts of pages, mails,
calendar entries, questionnaires and workbooks are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from annualwheel.registrations import notices
from annualwheel.web.wording import staff_words, words
from annualwheel.wording import names
from annualwheel.workshop.pack.headings import WORDS
from config import ROOT

CATALOGUE = ROOT / "annualwheel" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
SWEDISH = {
    r"\bej\b": "inte",
    r"av sig själv[at]?\b": "automatiskt",
    r"förbered(?:a|er)? (?:arbetsmötet|riktningsmötet|konferensen|\{\{ meeting|%\(meeting)": (
        "förbereda sig inför: att förbereda ett möte är att ordna det"
    ),
    r"\bkön?\b(?! i\b)": "väntelista: ett ord för en sak",
    r", kl\.": "inget komma före kl.",
    r"\b(?:deltar|inbjuden|bjuds in|anmält dig|vara med) för\b": "representerar",
    r"(?i)\btryck acceptera": "vad det heter i Outlook och i Gmail",
    r"\bGammal (?:dag|tid|plats)\b": "tidigare",
    r"kan (?:du )?den nya dagen": "kan komma den nya dagen",
    r"\bspecialkost och behov\b": "specialkost och tillgänglighet",
    r"konferensen Värmland 2040": "Värmland 2040-konferensen",
    r"tas den bort i ett eget mejl": "får du ett mejl som tar bort den",
    r"mejlen korsats": "kan du bortse från det här mejlet",
    r"utan någon anmäld": "utan anmälan",
    r"plats(?:en)? i förtur": "förtur till en plats",
    r"\b(?:av)?bocka\b|\bbocken\b|[Kk]ryssa ur\b": "markera, avmarkera: ett ord för en sak",
    r"att förbereda tillsammans": "som ni svarar på tillsammans, som förberedelse",
    r"Stämmer det [^.?]*, hör av dig": "hör av dig om det inte stämmer",
    r"pusslet över|pekar ut vart|tar ut kursen": "vad mötena är till för",
    r"\bkl\. \d{1,2}(?![.\d])": "alltid två siffror för minuterna",
}
ENGLISH = {
    r"\b[Pp]repar(?:e|ing) (?:the (?:working|direction)|\{\{ meeting|%\(meeting)": "prepare for",
    r"may be taken up\b": "may be raised",
    r"also after you have submitted": "even after",
    r"lay the puzzle of": "piece together",
    r"^Write (?:the|your|a|an) (?:name|first|last|day|time|year|number|address|e-mail)": "enter",
    r"\bby (?:itself|themselves)\b": "automatically",
    r"signed? in in this browser": "on this browser",
    r"\b[Kk]ind of organisation": "type of organisation",
    r"(?<![Ss]trategic )\bdirection meeting\b": "the strategic direction meeting",
    r"(?i)\b(?:submit|submitted|joint|whole) answer": "response: an answer is to a question",
    r"(?i)\banswers?(?: \w+){1,3} (?:submitted|open|opened|closed)\b": "response",
    r"(?i)\b(?:opens? the|lead of the|leads the|writ\w+ in an) answer": "response",
    r"(?i)\bresponse (?:to the invitation|about whether)": "answer: a response is to questions",
    r"(?i)\b(?:cancel|take|have|keep|hold|kept|get)(?:ing|s)? (?:over )?(?:a|the|my|your)(?: own)? "
    r"place\b(?! on the waiting list)": "seat: a place is where one meets, or an order",
    r"(?i)\b(?:free place|place (?:becomes|opens|is cancelled|goes to))": "seat",
    r"\bcoming meeting": "upcoming",
    r"[Ww]e (?:had no|have not had your) answer": "did not hear from you",
    r"e-mails crossed": "can ignore this e-mail",
    r"\b(?:invited|takes? part) for \{|(?:invited|take part) for %": "represent",
    r"Does it not suit": "can't make it",
    r"\b(?:Write your e-mail|Make a new pack)": "enter, create",
    r"[Pp]ress Accept": "what it is called in Outlook and in Gmail",
    r"whoever stands first": "whoever is first in line",
    r"\bMade at\b|\bGoes on\b|Answers of those asked": "created, continues, that responded",
    r"\b(?:[Nn]o|[Cc]hoose a) kind\b": "type: of an organisation",
    r"‘": "double quotation marks, as in mails",
}
# The queue of jobs, which staff of the computers read about.
OF_MACHINES = ("cli/backup.py",)


def pages(language: str) -> Iterator[tuple[str, str]]:
    """The texts of the pages, with where they stand."""
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="en"):
            said = message.id if language == "sv" else message.string
            for text in (said,) if isinstance(said, str) else said:
                if text:
                    yield ", ".join(place for place, _line in message.locations), text


def mails(language: str) -> Iterator[tuple[str, str]]:
    """The texts of the mails."""
    for path in sorted((ROOT / "email_templates" / language).glob("*.txt")):
        yield path.name, path.read_text("utf-8")


def others(language: str) -> Iterator[tuple[str, str]]:
    """What questionnaires, workbooks and the names of the meetings say."""
    place = ("sv", "en").index(language)
    for key, both in WORDS.items():
        yield f"headings: {key}", both[place]
    for kind in names.MEETINGS:
        yield (
            "names",
            " ".join(
                (
                    names.meeting(kind, language),
                    names.ABOUT[kind][language],
                    names.in_calendar(kind, language),
                )
            ),
        )
    for path in sorted(Path(ROOT / "forms").glob("*.toml")):
        for text in re.findall(rf'\b{language} = "([^"]*)"', path.read_text("utf-8")):
            yield path.name, text


def entries(language: str) -> Iterator[tuple[str, str]]:
    """What calendar entries say of a seat."""
    for said in (
        notices.REGISTERED,
        notices.CALLED_OFF,
        notices.TAKEN_AWAY,
        notices.JOIN,
        notices.ONLINE,
    ):
        yield "registrations/notices.py", said[language]


def named(language: str) -> Iterator[tuple[str, str]]:
    """What states, kinds, events and groups are called."""
    for table in (words.TABLES, staff_words.TABLES):
        for name, called in table.items():
            for key, word in called.items():
                yield f"{name}: {key}", word.en if language == "en" else word.sv


@pytest.mark.parametrize(
    ("language", "banned"), [("sv", SWEDISH), ("en", ENGLISH)], ids=["swedish", "english"]
)
def test_no_text_has_a_form_that_there_is_a_better_one_for(
    language: str, banned: dict[str, str]
) -> None:
    texts = [text for read in (pages, mails, others, entries, named) for text in read(language)]
    assert len(texts) > 1000
    found = [
        f"{where}: {text[max(0, hit.start() - 30) : hit.end() + 20]!r}: {better}"
        for form, better in banned.items()
        for where, text in texts
        for hit in re.finditer(form, text)
        if not where.endswith(OF_MACHINES)
    ]
    assert found == []
