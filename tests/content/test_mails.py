"""Every mail that we write, in both languages, with sample facts: complete, plain, safe and in one
language.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from jinja2 import meta

from annualwheel.mail.kinds import ASKS_FOR_ANSWER, KINDS
from annualwheel.mail.letters import FOLDER, LANGUAGES, PLAIN, SUBJECT, compile_body, render, write
from annualwheel.web.wording import staff_words
from annualwheel.wording import names
from scenes.mails import HEAD, SAMPLES, rendered, sample

ASKED = "Värmland 2040, del B: AHA-frågor"
ADDRESSES = ("joining_url", "material_url")
# The other ways a template can go: what differs from the sample.
VARIANTS: list[tuple[str, dict[str, object]]] = [
    *((kind, {}) for kind in KINDS),
    *(
        (kind, {"organisation": ""})
        for kind in ("invitation", "reminder", "confirmation", "waitlisted", "promoted", "offer")
    ),
    ("save_the_date", {"again": "yes", "invited_by": ""}),
    ("withdrawn", {"waited": "yes"}),
    ("wanted", {"inactive": "yes", "to_write": "yes"}),
    ("wanted", {"instead": "yes"}),
    ("reminder", {"reconfirm": "yes"}),
    *((kind, {"preparation_opens": ""}) for kind in ("invitation", "confirmation", "promoted")),
    *(
        (kind, {"joining": "", "joining_url": ""})
        for kind in (
            "confirmation",
            "promoted",
            "colleague_registered",
            "registered_by_phone",
            "substitute_invitation",
        )
    ),
    ("joining", {"joining": "", "again": "yes"}),
    ("joining", {"joining_url": ""}),
    ("preparation", {"lead": ""}),
    *(
        (kind, {"material": "", "material_url": ""})
        for kind in ("preparation", "preparation_reminder")
    ),
    *((kind, {"summary": []}) for kind in ("receipt", "receipt_copy")),
    *(
        (kind, {"personal": True})
        for kind in ("invitation", "confirmation", "promoted", "colleague_registered")
    ),
    (
        "moved",
        {
            "new_day": "fredag 22\u00a0januari 2027",
            "new_time": "kl. 13.00–16.00",
            "old_day": "fredag 22\u00a0januari 2027",
        },
    ),
    (
        "moved",
        {
            "new_day": "x",
            "old_day": "x",
            "new_time": "y",
            "old_time": "y",
            "new_place": "Residenset",
            "reason": "",
        },
    ),
    *(
        (kind, {"personal": True})
        for kind in (
            "preparation",
            "preparation_reminder",
            "receipt",
            "receipt_copy",
            "change_granted",
            "change_refused",
        )
    ),
    *(
        ("results", {"part": part, "next_meeting": "", "next_day": "", "needs_erased": ""})
        for part in ("wrote", "registered")
    ),
    ("results", {"person_count": 1}),
    ("colleague_registered", {"waits": "yes", "preparation_opens": ""}),
    ("preparation_reminder", {"missing": []}),
    ("preparation_reminder", {"needed": [], "personal": True}),
    ("preparation_reminder", {"needed": ["Era initiativ", "Era nätverk", "Era beslut"]}),
    ("registered_by_phone", {"coming": False}),
    ("substitute_invitation", {"message": "", "answer_by": "", "organisation": ""}),
    ("substitute_invitation", {"may_register": "", "seated": ""}),
    ("substituted", {"seated": ""}),
    ("substitute_recalled", {"invited": "yes"}),
    *(
        ("substitute_invitation", {"seated": seated, "taken": taken, "message": ""})
        for seated in ("", "yes")
        for taken in ("", "yes")
    ),
    *(
        ("declined", {"may_register": yes, "may_substitute": other})
        for yes in ("", "yes")
        for other in ("", "yes")
    ),
    *(
        (
            "moved",
            {
                "asks": asks,
                "held": held,
                "stands": stands,
                "new_day": "x",
                "old_day": day,
                "new_place": "Residenset",
            },
        )
        for asks, held, stands in (
            ("yes", "yes", ""),
            ("yes", "", ""),
            ("", "", "yes"),
            ("", "", ""),
        )
        for day in ("x", "y")
    ),
    *(
        (kind, {"submitted": "", "personal": own})
        for kind in ("change_granted", "change_refused")
        for own in (True, False)
    ),
    ("cancelled", {"reason": "", "answer_kept": ""}),
    ("cancelled", {"answer_kept": "", "saved": "yes"}),
    *(
        (
            "moved",
            {
                "saved": "yes",
                "asks": "",
                "answer_by": "",
                "held": "",
                "stands": "",
                "old_day": day,
                "new_day": "x",
            },
        )
        for day in ("x", "y")
    ),
    ("colleague", {"message": "", "share": ""}),
    *(
        (kind, {"asked": ASKED, "after": after, "personal": own})
        for kind in ("preparation", "preparation_reminder", "change_granted", "change_refused")
        for after in ("", True)
        for own in (True, False)
    ),
    *(
        (kind, {"asked": ASKED, "submitted": "", "after": True})
        for kind in ("change_granted", "change_refused")
    ),
    *(
        (kind, {"asked": ASKED, "personal": own})
        for kind in ("receipt", "receipt_copy")
        for own in (True, False)
    ),
    *(
        (kind, {"asked": ASKED, "after": after})
        for kind in ("colleague", "lead")
        for after in ("", True)
    ),
    *((kind, {"again": "yes"}) for kind in ("confirmation", "waitlisted")),
    *(
        (kind, {"again": "yes", "asked": asked})
        for kind in ("receipt", "receipt_copy")
        for asked in ("", ASKED)
    ),
]
ENGLISH = {"the", "you", "your", "and", "please", "meeting", "of", "to", "is", "not"}
SWEDISH = {"och", "du", "din", "mötet", "är", "inte", "på", "att", "senast", "mejl"}
OTHER_LANGUAGE = {
    "sv": ("Open the page in English", "?lang=en"),
    "en": ("Öppna sidan på svenska", "?lang=sv"),
}
VOID = {"meta", "br", "link", "hr", "img"}


class Page(HTMLParser):
    """Reads a page and notes the links, the headings, the visible words and whether every element
    is closed.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open, self.empty, self.links = list[str](), list[str](), list[dict[str, str | None]]()
        self.words, self.last, self.headings = "", "", 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs))
        self.headings += tag == "h1"
        self.last = f"<{tag}>"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"
        if self.last == f"<{tag}>":
            self.empty.append(tag)
        self.last = ""

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.last = data
        if "style" not in self.open and "title" not in self.open:
            self.words += f" {data}"


def test_every_kind_has_a_file_in_both_languages_and_no_file_is_left_over() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (FOLDER / language).iterdir()} == set(KINDS)


def test_every_kind_has_a_name_in_the_log_of_mails() -> None:
    assert set(staff_words.MAIL) == set(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_template_uses_exactly_the_facts_and_links_of_its_kind(
    language: str, subtests: pytest.Subtests
) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            source = (FOLDER / language / f"{kind}.txt").read_text("utf-8")
            names = meta.find_undeclared_variables(PLAIN.parse(source))
            assert names <= {*KINDS[kind].facts, *KINDS[kind].optional}
            targets = {
                re.sub(r"\{\{.*?\}\}", "1", target) for target in re.findall(r"\]\((.*?)\)", source)
            }
            assert targets == set(KINDS[kind].links)


def test_what_may_be_left_out_is_tried_with_and_without() -> None:
    """Each in both ways, by `SAMPLES` and `VARIANTS` together."""
    ways: dict[tuple[str, str], set[bool]] = {}
    for kind, changes in VARIANTS:
        for name in KINDS[kind].optional:
            given = bool((SAMPLES["sv"] | changes)[name])
            ways.setdefault((kind, name), set()).add(given)
    assert not [which for which, tried in ways.items() if len(tried) == 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_subject_and_preheader_fit_a_phone(language: str, subtests: pytest.Subtests) -> None:
    for kind, changes in VARIANTS:
        with subtests.test(kind=kind, changes=changes):
            letter = sample(kind, language, changes)
            assert 10 <= len(letter.subject) <= 60
            assert 40 <= len(letter.preheader) <= 110
            assert "!" not in letter.subject and "!" not in letter.preheader
            assert "\u00a0" not in letter.subject


def test_no_comma_stands_before_the_time_in_swedish() -> None:
    """As it is read: a text does not show what its facts bring."""
    letters = [(kind, sample(kind, "sv", changes)) for kind, changes in VARIANTS]
    found = [
        f"{kind}: {hit.group()}"
        for kind, letter in letters
        for hit in re.finditer(r"[^\n]{0,20},\skl\.", f"{letter.subject}\n{letter.text}")
    ]
    assert found == []
    assert any(re.search(r"2027\skl\.", letter.text) for _kind, letter in letters)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_meeting_with_the_longest_name_fits_a_phone_too(
    language: str, subtests: pytest.Subtests
) -> None:
    # The title of a questionnaire stays as it was typed, whatever it holds.
    for kind, changes in (one for one in VARIANTS if not one[1].get("asked")):
        with subtests.test(kind=kind, changes=changes):
            letter = sample(
                kind,
                language,
                changes
                | {"meeting": names.MEETINGS["conference"][language], "short_day": "30 september"},
            )
            assert len(letter.subject) <= 60
            assert "2040" not in letter.subject or len(letter.subject) <= SUBJECT
            assert "2040 30" not in letter.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_button_and_the_same_links_in_both_parts(
    language: str, subtests: pytest.Subtests
) -> None:
    for kind, changes in VARIANTS:
        with subtests.test(kind=kind, changes=changes):
            mail = rendered(kind, language, changes)
            # Who has only been asked to save the date has no page to open.
            wanted = () if changes.get("saved") else KINDS[kind].links
            page = Page(mail.html)
            assert page.open == [] and page.empty == [] and page.headings == 1
            assert mail.html.count('class="btn"') == len(wanted)
            urls = [f"https://arshjulet.example/i/{name}-abc" for name in wanted]
            for url in urls:
                assert [link["href"] for link in page.links].count(url) == 2
                assert f"\n{url}\n" in mail.text
            # What a coordinator has written as a web address, and nothing else from outside.
            ours = (
                "https://arshjulet.example/",
                "mailto:",
                *(str(SAMPLES["sv"][name]) for name in ADDRESSES),
            )
            for link in page.links:
                assert str(link["href"]).startswith(ours)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_parts_say_the_same_words(language: str, subtests: pytest.Subtests) -> None:
    for kind, changes in VARIANTS:
        with subtests.test(kind=kind, changes=changes):
            mail = rendered(kind, language, changes)
            seen = set(re.findall(r"\w{3,}", Page(mail.html).words))
            assert set(re.findall(r"\w{3,}", re.sub(r"https://\S+", "", mail.text))) <= seen


def test_one_empty_line_stands_between_the_paragraphs(subtests: pytest.Subtests) -> None:
    for kind, changes in VARIANTS:
        for language in LANGUAGES:
            with subtests.test(kind=kind, changes=changes, language=language):
                assert "\n\n\n" not in rendered(kind, language, changes).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_template_shows(language: str, subtests: pytest.Subtests) -> None:
    for kind, changes in VARIANTS:
        with subtests.test(kind=kind, changes=changes):
            mail = rendered(kind, language, changes)
            for part in (mail.subject, mail.text, Page(mail.html).words):
                assert not re.search(
                    r"\{\{|\{%|\*\*|\]\(|\ue000|\ue001|None|Undefined|landing:", part
                )
            assert not re.search(r" [.,?]|  ", mail.subject)
            assert not re.search(r" \.| ,|\n\n\n\n| \n", mail.text)


@pytest.mark.parametrize(
    ("language", "when", "where"), [("sv", "När", "Var"), ("en", "When", "Where")]
)
def test_what_asks_for_an_answer_says_when_and_where(
    language: str, when: str, where: str, subtests: pytest.Subtests
) -> None:
    day, time, place = (SAMPLES[language][name] for name in ("day", "time", "place"))
    for kind, changes in (one for one in VARIANTS if one[0] in ASKS_FOR_ANSWER):
        with subtests.test(kind=kind, changes=changes):
            text = sample(kind, language, changes).text
            assert re.search(rf"^{when}: {day},? {time}", text, re.MULTILINE)
            assert re.search(rf"^{where}: {place}", text, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_speaks_one_language(language: str, subtests: pytest.Subtests) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            mail = rendered(kind, language)
            text = re.sub(
                r"Open the page in English|Öppna sidan på svenska"
                r"|https://\S+|\S+@\S+|Kul om du kan",
                "",
                f"{mail.subject}\n{mail.text}",
            )
            words = {word.lower() for word in re.findall(r"\w+", text)}
            assert not words & (ENGLISH if language == "sv" else SWEDISH)
            assert (
                f'<html lang="{language}"' in mail.html
                and f'lang="{language}">' in mail.html.split('role="article"')[1][:300]
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_names_its_contact_and_says_how_data_is_handled(
    language: str, subtests: pytest.Subtests
) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            mail = rendered(kind, language)
            for part in (mail.text, mail.html):
                assert "Karin Ek, Region Värmland" in part and "010-000 00 00" in part
                assert "https://arshjulet.example/personuppgifter" in part
            words, query = OTHER_LANGUAGE[language]
            assert (words in mail.text) == (query in mail.text) == bool(KINDS[kind].links)


@pytest.mark.parametrize("kind", ["substitute_invitation", "colleague", "colleague_registered"])
def test_someone_whose_address_another_gave_is_told_who_gave_it(kind: str) -> None:
    """GDPR article 14: the source of the data, in the first mail."""
    giver = {
        "substitute_invitation": "Anna Berg",
        "colleague": "Maria Lind",
        "colleague_registered": "Maria Lind",
    }[kind]
    assert f"{giver} gav oss ditt namn och din e-postadress" in rendered(kind, "sv").text
    assert f"{giver} gave us your name and e-mail address" in rendered(kind, "en").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_function_mailbox_gets_one_button_for_each_person(language: str) -> None:
    people = [{"name": f"Person {n}", "what": "x"} for n in (1, 2, 3)]
    links = {f"landing_{n}": f"https://arshjulet.example/i/{n}" for n in (1, 2, 3)}
    mail = render(write("new_link", language, {"people": people}), language, links, HEAD)
    assert mail.html.count('class="btn"') == 3
    for n in (1, 2, 3):
        assert re.search(rf"Person {n}.*\nhttps://arshjulet\.example/i/{n}\n", mail.text)


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [("sv", "Använd den här", "Använd de här"), ("en", "Use this one", "Use these")],
)
def test_a_new_address_with_one_link_is_told_of_one(language: str, one: str, several: str) -> None:
    person = {"name": "Maria Lind", "what": "arbetsmötet 22 januari"}
    for people, said, unsaid in (([person], one, several), ([person, person], several, one)):
        letter = sample("new_address", language, {"people": people})
        assert f"{said} " in letter.text and unsaid not in letter.text
        assert "\nArbetsmötet 22 januari\n" in letter.text
        assert ("links" in letter.preheader) == (language == "en" and len(people) > 1)


def test_mail_stays_small(subtests: pytest.Subtests) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            mail = rendered(kind, "sv")
            assert len(mail.html.encode()) + len(mail.text.encode()) < 15_000


@pytest.mark.parametrize(
    "source", ["see [here](landing) please", "> quote\n\n[x](landing) y", "a `code` [b](c)"]
)
def test_markdown_beyond_what_mails_use_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="mail template"):
        compile_body(source)
