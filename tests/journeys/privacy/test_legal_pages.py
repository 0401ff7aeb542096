"""The pages the law asks for: the region's own texts in both languages, and the periods as the code
keeps them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask

from annualwheel.preparation import answers
from annualwheel.privacy import retention
from annualwheel.registrations import needs
from annualwheel.web.wording import retention_words
from annualwheel.workshop import packs
from config import ROOT
from tests.tiny_browser import Browser


@pytest.mark.parametrize("page", ["/kontakt", "/tillganglighet", "/personuppgifter"])
@pytest.mark.parametrize(
    ("language", "said", "unsaid"),
    [("sv", "Växeln i Prov", "The prov desk"), ("en", "The prov desk", "Växeln i Prov")],
)
def test_who_to_ask_is_said_in_the_language_of_the_page(
    make_app: Callable[..., Flask], page: str, language: str, said: str, unsaid: str
) -> None:
    app = make_app(
        contact_name_sv="Växeln i Prov",
        contact_name_en="The prov desk",
        region_number="232100-0000",
    )
    shown = app.test_client().get(page, query_string={"lang": language}).get_data(as_text=True)
    assert said in shown and unsaid not in shown


def test_the_privacy_page_has_the_periods_of_the_code(visitor: Browser) -> None:
    visitor.open("/personuppgifter").see(
        f"{needs.KEPT.days} dagar efter mötet",
        f"{retention.DRAFTS.days} dagar efter mötet",
        f"{retention.MAILS.days} dagar efter mötet",
        f"{answers.KEPT.days} dagar",
        f"{packs.KEPT.days} dagar",
        "allmän handling",
        "Koordinatorerna ser hur långt ni har kommit",
        "lagras i din webbläsare, i högst 14 dagar",
        "Det gäller aldrig specialkost",
    )


def test_every_rule_has_its_words_and_all_but_the_staffs_own_are_on_the_page(
    app: Flask, visitor: Browser
) -> None:
    with app.test_request_context():
        said = retention_words.of_rules()
    assert said.keys() == retention.RULES.keys()
    told = {key for key in said if key not in retention_words.NOT_OF_PARTICIPANTS}
    visitor.open("/personuppgifter").see(*(said[key].what for key in told))
    visitor.see(*(said[key].when for key in told))


@pytest.mark.parametrize(
    ("constant", "module"), [("KEPT", needs), ("DRAFTS", retention), ("MAILS", retention)]
)
def test_another_period_is_another_sentence(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch, constant: str, module: object
) -> None:
    monkeypatch.setattr(module, constant, dt.timedelta(days=77))
    visitor.open("/personuppgifter").see("77 dagar efter mötet")


def test_the_browser_keeps_text_as_long_as_the_pages_say(app: Flask, visitor: Browser) -> None:
    kept = re.search(
        r"KEPT = (\d+) \* 86400000",
        (ROOT / "annualwheel/static/js/drafts.js").read_text(encoding="utf-8"),
    )
    assert kept is not None and int(kept[1]) == app.permanent_session_lifetime.days == 14
    visitor.open("/kakor").see(
        "Högst 14 dagar efter ditt senaste besök", "används inte efter 14 dagar"
    )


def test_the_statement_has_what_the_agency_asks_for_and_its_days_from_the_settings(
    make_app: Callable[..., Flask],
) -> None:
    """12 § of the act (2018:1937) and the agency's regulation: degree, faults, method, days, how to
    report, supervision.
    """
    app = make_app(
        accessibility_assessed=dt.date(2026, 11, 2), accessibility_updated=dt.date(2027, 1, 31)
    )
    browser = Browser(app).open("/tillganglighet")
    browser.see(
        "Region Värmland står bakom",
        "delvis förenlig med lagen",
        "Innehåll som inte är tillgängligt",
        "självskattning",
        "12 §",
        "9 §",
        "2 november 2026",
        "31 januari 2027",
        "Vi svarar inom två arbetsdagar",
    )
    assert "https://www.digg.se/tdosanmalan" in {link.get("href") for link in browser.page.all("a")}
    Browser(make_app()).open("/tillganglighet").see("Datum fylls i när tjänsten tas i bruk")
