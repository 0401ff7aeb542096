"""Chromium and axe on what is no page of its own: all parts on one sheet, every kind of mail in
both languages, and small scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from annualwheel import unit_of_work
from annualwheel.mail.kinds import KINDS
from scenes.camera import Camera, served
from scenes.mails import rendered
from scenes.table import SCENES
from scenes.world import World
from tests.browser.conftest import DESK, Live, sign_in
from tests.browser.test_every_page import CUT, TAGS
from tests.makers.guests import make_meeting

pytestmark = pytest.mark.browser

# A mail is shown inside somebody else's page, which has the landmarks and the first heading.
NOT_FOR_MAILS = {
    rule: {"enabled": False}
    for rule in ("region", "landmark-one-main", "page-has-heading-one", "bypass")
}


def against(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """What axe-core has against what is shown."""
    found = (
        Axe()
        .run(
            page,
            options={
                "runOnly": {"type": "tag", "values": TAGS},
                "rules": rules or {},
                "resultTypes": ["violations"],
            },
        )
        .response
    )
    return [
        f"{one['id']}: {node['html'][:140]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_part_is_sound(new_page: Callable[..., Page], language: str) -> None:
    page = new_page(viewport=DESK)
    page.goto(f"/komponenter?lang={language}")
    assert against(page) == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(CUT) == []


def test_every_kind_of_mail_is_sound_and_fits_a_phone(browser: Browser) -> None:
    page, problems = browser.new_page(viewport={"width": 390, "height": 844}), list[str]()
    for kind in KINDS:
        for language in ("sv", "en"):
            page.set_content(rendered(kind, language).html)
            problems += [
                f"{kind} {language}: {problem}" for problem in against(page, NOT_FOR_MAILS)
            ]
            wide = page.evaluate("document.documentElement.scrollWidth")
            problems += [f"{kind} {language}: {wide} px wide"] if wide > 390 else []
    page.close()
    assert problems == []


def check_copied(page: Page, label: str) -> None:
    """Presses the button below the field with an address: the address is copied, or marked where
    the browser refuses.
    """
    address, said = page.get_by_label(label), page.locator("[data-copied]")
    held = address.input_value().strip()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Kopiera adressen").click()
    expect(said).to_have_text("Adressen är kopierad")
    assert page.evaluate("navigator.clipboard.readText()") == held
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }")
    page.get_by_role("button", name="Kopiera adressen").click()
    expect(said).to_contain_text("Adressen är markerad")
    marked = page.evaluate(
        "getSelection().toString() || "
        "document.activeElement.value.slice(document.activeElement.selectionStart, "
        "document.activeElement.selectionEnd)"
    )
    assert marked.strip() == held


def test_the_address_of_the_calendar_is_copied_or_marked(
    browser: Browser, furnished_world: Callable[[str], World]
) -> None:
    world = furnished_world("turns")
    with served(world.app) as url:
        camera = Camera(browser, world, url, 390)
        scene = next(
            scene
            for scene in SCENES
            if scene.endpoint == "participant.confirmation" and scene.world == "turns"
        )
        camera.show(scene, "sv")
        camera.page.goto(url + "/anmalan/kalender")
        check_copied(camera.page, "Adress till din kalender")
        camera.close()


def test_the_address_of_the_open_registration_is_copied_or_marked(
    live: Live, new_page: Callable[..., Page]
) -> None:
    with live.app.app_context():
        make_meeting().open_registration = True
        unit_of_work.commit()
    page = sign_in(live, new_page())
    page.goto(f"{live.url}/mote/2027/arbetsmote/installningar")
    field = page.get_by_label("Adress till den öppna anmälan")
    expect(field).to_have_value(re.compile(r"^\s*https?://\S+/anmal/2027/arbetsmote\s*$"))
    check_copied(page, "Adress till den öppna anmälan")


def test_the_form_that_was_written_in_goes_along_to_the_other_language(
    live: Live, page: Page
) -> None:
    """A dead link's page has a form and the language as a link: what is typed goes along."""
    page.goto("/i/avklippt")
    page.get_by_label("E-postadress").fill("anna@kommun")
    page.get_by_role("link", name="In English").click()
    page.wait_for_url("**/lank")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("main input[type=email]")).to_have_value("anna@kommun")
