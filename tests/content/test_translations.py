"""The English of the pages: complete, nothing left over, the same places to fill in, and no words
that pass translation by.
"""

from __future__ import annotations

import ast
import io
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from annualwheel.contacts.imports.headings import SPELLINGS
from annualwheel.web.wording import staff_words, words
from annualwheel.workshop.pack.headings import WORDS as WORKBOOK

SOURCE = Path(__file__).parents[2] / "annualwheel"
WORDS = SOURCE / "translations"
CATALOGUE = WORDS / "en" / "LC_MESSAGES" / "messages.po"

PLACES = re.compile(r"%\(\w+\)s|\{\w+\}|%(?!\()")
# Names with Swedish letters that English keeps, and words that are the same in both languages.
NAMES = {"Region Värmland", "Värmland", "Hagfors", "Årshjulet"}
SAME = {
    "Version %(number)s",
    "Person",
    "organisation",
    "Lunch",
    "lunch",
    "Version",
    "Server",
    "Import",
    "Organisation",
    "test",
    "Region Värmland",
}
ENGLISH = re.compile(
    r"\b(the|your?|of|to|with|is|are|not|please|answer|meeting|page|this|cannot|has|was)\b",
    re.IGNORECASE,
)
SWEDISH = re.compile(
    r"\b(och|att|inte|det|som|ett|mötet|mejl|svar|för|är|din|ditt)\b|\w*[åäöÅÄÖ]\w*", re.IGNORECASE
)

JINJA = re.compile(
    r"\{#.*?#\}|\{% block (?:body|wrap)class %\}.*?\{% endblock %\}|\{\{.*?\}\}|\{%.*?%\}",
    re.DOTALL,
)
SPOKEN = re.compile(r"\b(?:aria-label|alt|title|placeholder)=\"([^\"]*)\"")
MARKUP = re.compile(r"<[^>]*>|[\w-]+=(?:\"[^\"]*\"|'\S*)", re.DOTALL)
# The address of the privacy authority, the cookie's name and the name of what is kept in the
# browser.
BARE = {"Apple", "Google", "Outlook", "imy.se .", "arshjulet", "utkast:…"}


def _key(found: str | tuple[str, ...] | list[str]) -> str:
    return found if isinstance(found, str) else found[0]


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


@cache
def extracted() -> dict[str, str]:
    """Where each Swedish text is first used, "annualwheel/web/forms.py:12", by the text."""
    with (WORDS / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, str] = {}
    for name, line, text, *_rest in extract_from_dir(
        SOURCE, methods, options, keywords={**DEFAULT_KEYWORDS, "_l": None}
    ):
        found.setdefault(_key(text), f"annualwheel/{name}:{line}")
    return found


ENGLISH_TEXTS: Catalog = read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="en")
MESSAGES: list[Message] = [message for message in ENGLISH_TEXTS if message.id]


def test_every_text_has_english() -> None:
    done = {_key(message.id) for message in MESSAGES if all(_forms(message.string))}
    missing = [f"{extracted()[text]}: {text}" for text in sorted(extracted().keys() - done)]
    assert not missing, "run `make messages`, translate, run it again:\n" + "\n".join(missing)


def test_nothing_is_left_that_no_page_says() -> None:
    assert sorted({_key(message.id) for message in MESSAGES} - extracted().keys()) == []
    assert not ENGLISH_TEXTS.obsolete


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in MESSAGES if message.fuzzy] == []


def test_the_same_places_are_filled_in() -> None:
    """One thing may be said without its number: "It takes one minute."."""
    for message in MESSAGES:
        swedish = [sorted(PLACES.findall(form)) for form in _forms(message.id)]
        english = [sorted(PLACES.findall(form)) for form in _forms(message.string)]
        assert english[-1] == swedish[-1], message.id
        assert english[0] == swedish[0] or (len(english) == 2 and "one " in message.string[0]), (
            message.id
        )


def test_the_compiled_catalogue_says_what_the_readable_one_says() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, ENGLISH_TEXTS)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make messages`"


def test_the_sources_are_in_swedish() -> None:
    assert [
        f"{place}: {text}"
        for text, place in extracted().items()
        if ENGLISH.search(PLACES.sub("", text))
    ] == []


def test_the_translations_are_in_english() -> None:
    for message in MESSAGES:
        for form in _forms(message.string):
            words = {word[0] for word in SWEDISH.finditer(form)} - NAMES
            assert not words, f"{words} in {form!r}"
            assert (
                form != message.id or form in SAME or not re.search(r"\w", PLACES.sub("", form))
            ), f"{form!r} is only copied"


def test_words_that_stand_in_tables_have_english_too() -> None:
    said = [
        (word.sv, word.en)
        for tables in (words.TABLES, staff_words.TABLES)
        for table in tables.values()
        for word in table.values()
    ]
    for swedish, english in [
        *said,
        *WORKBOOK.values(),
        *(names[:2] for names in SPELLINGS.values()),
    ]:
        assert swedish and not ENGLISH.search(swedish), swedish
        assert english and not {word[0] for word in SWEDISH.finditer(english)} - NAMES, english


def test_templates_have_no_words_of_their_own(subtests: pytest.Subtests) -> None:
    """What stands bare in a template is the same in both languages; only addresses and names of
    stored things may.
    """
    for template in sorted(SOURCE.glob("templates/**/*.*")):
        with subtests.test(template=template.name):
            text = JINJA.sub(_newlines_of, template.read_text(encoding="utf-8"))
            said = [*SPOKEN.findall(text), *MARKUP.sub(" ", text).splitlines()]
            bare = {line.strip() for line in said}
            words = {line for line in bare if re.search(r"[a-zåäö]{2}", line, re.IGNORECASE)}
            assert words <= BARE


def _newlines_of(part: re.Match[str]) -> str:
    return "\n" * part[0].count("\n")


def test_no_text_is_asked_for_within_another() -> None:
    """What gathers the texts does not see it there, and it would stay Swedish."""

    def calls(node: ast.AST) -> list[ast.Call]:
        return [
            each
            for each in ast.walk(node)
            if isinstance(each, ast.Call)
            and isinstance(each.func, ast.Name)
            and each.func.id in ("_", "_l", "ngettext")
        ]

    unseen = [
        f"{file.relative_to(SOURCE)}:{inner.lineno}"
        for file in SOURCE.rglob("*.py")
        for outer in calls(ast.parse(file.read_text("utf-8")))
        for inner in calls(outer)
        if inner is not outer
    ]
    assert not unseen
