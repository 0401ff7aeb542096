"""Writing and sealing letters: strict about facts, safe with whatever people type, and without
tokens until the mail is sent.
"""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import escape

from annualwheel.mail.kinds import KINDS
from annualwheel.mail.letters import (
    FOLDER,
    HTML,
    PLACEHOLDER,
    PLAIN,
    Letter,
    Letterhead,
    compile_body,
    render,
    write,
)

HEAD = Letterhead(
    base_url="https://arshjulet.example",
    service_name="Värmlandsstrategins årshjul",
    region_name="Region <Värmland>",
    contact_name="Karin & Co",
    contact_email="arshjulet@region.example",
    contact_phone="",
    sender_name="Årshjulet",
    sender_address="arshjulet@region.example",
    reply_to="arshjulet@region.example",
)
DECLINED = {
    "given": "Maria",
    "meeting": "arbetsmötet",
    "day": "fredag 22 januari 2027",
    "short_day": "22 januari",
    "answer_by": "fredag 11 december 2026",
}
URL = {"landing": "https://arshjulet.example/i/abc.1.x-y_z"}


def declined(**changes: object) -> Letter:
    return write("declined", "sv", DECLINED | changes)


def body(markdown: str, **facts: object) -> tuple[str, str]:
    html, text = compile_body(markdown)
    return HTML.from_string(html).render(facts), PLAIN.from_string(text).render(facts)


def test_an_address_is_a_link_and_stays_one_address() -> None:
    html, text = body("**Anslut:** {{ url|address }}", url='https://x.example/?a=1&b="<2>')
    shown = "https://x.example/?a=1&amp;b=&#34;&lt;2&gt;"
    assert f'href="{shown}"' in html and f">{shown}</a>" in html
    assert text.strip() == 'Anslut: https://x.example/?a=1&b="<2>'


def test_the_version_of_a_text_is_the_digest_of_its_file() -> None:
    for language in ("sv", "en"):
        source = (FOLDER / language / "declined.txt").read_bytes()
        assert write("declined", language, DECLINED).text_version == sha256(source).hexdigest()[:16]


@pytest.mark.parametrize(
    "typed",
    [
        "[klicka](http://ond.example)",
        "<b>Maria</b>",
        "**Maria**",
        "# Maria",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "&amp;",
        "_a_",
        "http://ond.example",
        "- punkt",
        "![](x)",
        "\"'",
    ],
)
def test_what_people_type_comes_out_as_typed(typed: str) -> None:
    mail = render(declined(given=typed), "sv", URL, HEAD)
    assert f"Hej {typed}!" in mail.text
    assert f"Hej {escape(typed)}!" in mail.html
    assert "ond.example</a>" not in mail.html


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Zs", "Zl", "Zp"]),
        min_size=1,
    )
)
def test_any_name_comes_out_as_typed(typed: str) -> None:
    letter = declined(given=typed)
    assert f"Hej {typed}!" in letter.text and f"Hej {escape(typed)}!" in letter.html


def test_values_cannot_bring_placeholders_or_control_characters() -> None:
    letter = declined(
        given="Eva\ue000landing\ue001\ue000sign_in\ue001\x00\x0b\x1b\x85", meeting="a\r\nb"
    )
    assert "Hej Evalandingsign_in!" in letter.text
    assert PLACEHOLDER.findall(letter.text) == ["landing"] == PLACEHOLDER.findall(letter.html)
    assert "\r" not in letter.text


def test_a_line_break_in_a_value_cannot_make_a_header() -> None:
    letter = declined(meeting="mötet\r\nBcc: alla@ond.example\n\nHej\u2028x\x0by")
    assert letter.subject == "Du har tackat nej till mötet Bcc: alla@ond.example Hej xy 22 januari"


def test_subject_has_plain_spaces() -> None:
    facts = {name: DECLINED[name] for name in KINDS["withdrawn"].facts} | {
        "short_day": "22\u00a0januari"
    }
    letter = write("withdrawn", "sv", facts)
    assert letter.subject == "Du är avbokad från arbetsmötet 22 januari"


def test_missing_unknown_and_empty_facts_are_refused() -> None:
    with pytest.raises(LookupError, match="answer_by"):
        write(
            "declined",
            "sv",
            {name: value for name, value in DECLINED.items() if name != "answer_by"},
        )
    with pytest.raises(LookupError, match="reason"):
        declined(reason="skrivfel")
    with pytest.raises(TypeError, match="None"):
        declined(given=None)
    with pytest.raises(LookupError):
        write("okänt", "sv", {})
    with pytest.raises(UndefinedError):
        write("new_link", "sv", {"people": [{"name": "Eva"}]})
    with pytest.raises(FileNotFoundError):
        write("declined", "fi", DECLINED)


def test_a_frozen_letter_holds_no_address_and_a_sealed_one_no_placeholder() -> None:
    letter = declined()
    assert "http" not in letter.text and "http" not in letter.html
    mail = render(letter, "sv", URL, HEAD)
    assert not PLACEHOLDER.search(mail.text + mail.html)
    assert mail.text.count("https://arshjulet.example/i/abc.1.x-y_z\n") == 1
    assert mail.html.count('href="https://arshjulet.example/i/abc.1.x-y_z"') == 2


def test_a_link_without_address_is_refused() -> None:
    with pytest.raises(LookupError, match="landing"):
        render(declined(), "sv", {"preparation": "https://arshjulet.example/f/x"}, HEAD)


def test_addresses_and_letterhead_are_escaped_in_html_only() -> None:
    mail = render(declined(), "sv", {"landing": 'https://arshjulet.example/i/x?a=1&b="'}, HEAD)
    assert mail.html.count('href="https://arshjulet.example/i/x?a=1&amp;b=&#34;"') == 2
    assert 'https://arshjulet.example/i/x?a=1&b="&lang=en' in mail.text
    assert (
        "Karin &amp; Co, Region &lt;Värmland&gt;" in mail.html
        and "Karin & Co, Region <Värmland>" in mail.text
    )


def test_contact_without_phone_leaves_no_comma() -> None:
    mail = render(declined(), "sv", URL, HEAD)
    assert (
        "arshjulet@region.example\n" in mail.text
        and "arshjulet@region.example</a></p>" in mail.html
    )


@pytest.mark.parametrize(
    ("language", "words", "link"),
    [("sv", "Open the page in English", "?lang=en"), ("en", "Öppna sidan på svenska", "?lang=sv")],
)
def test_the_other_language_is_the_same_page(language: str, words: str, link: str) -> None:
    mail = render(write("declined", language, DECLINED), language, URL, HEAD)
    assert f"{words}:\n{URL['landing']}{link}\n" in mail.text
    assert f'href="{URL["landing"]}{link}"' in mail.html


def test_markdown_becomes_both_forms() -> None:
    html, text = body(
        "# Rubrik\n\n**Var:** {{ a }}\n**När:** {{ b }}\n\nEn rad\nsom går vidare.\n\n"
        "- {% for x in xs %}{{ x }}{% endfor %}\n\n"
        "[Svara & se](landing)\n",
        a="<Här>",
        b="Nu",
        xs=["ett", "två"],
    )
    assert text == (
        "Rubrik \n\nVar: <Här> \nNär: Nu \n\nEn rad som går vidare.  \n\n"
        "- ett \n- två \n\nSvara & se:\n\ue000landing\ue001 \n"
    )
    assert (
        ">Rubrik</h1>" in html
        and "<b>Var:</b> &lt;Här&gt;</p>" in html
        and "En rad\nsom går vidare.</p>" in html
    )
    assert html.count("<li") == 2 and html.count("<ul") == 1
    assert 'href="\ue000landing\ue001"' in html and ">Svara &amp; se</a>" in html


@pytest.mark.parametrize(
    ("shown", "expected"), [(True, "A: 1\nB: 2\n\nSlut\n"), (False, "A: 1\n\nSlut\n")]
)
def test_a_steering_line_leaves_no_trace(shown: bool, expected: str) -> None:
    html, text = body("**A:** 1\n{% if shown %}\n**B:** 2\n{% endif %}\n\nSlut\n", shown=shown)
    assert text.replace(" \n", "\n").rstrip() == expected.rstrip()
    assert html.count("<p") == expected.count("\n") - 1


def test_a_bool_or_list_is_never_written_out() -> None:
    with pytest.raises(TypeError):
        body("{{ a }}", a=True)
    with pytest.raises(TypeError):
        body("{{ a }}", a=["x"])
