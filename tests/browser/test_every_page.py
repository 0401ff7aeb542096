"""Chromium sees every scene: sound for axe, nothing sideways on the smallest phone, nothing asked
of others, nothing complained of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from scenes.camera import Camera, served
from scenes.scene import Scene
from scenes.table import SCENES
from scenes.world import World
from scenes.worlds import MAKERS

pytestmark = pytest.mark.browser

DESK, PHONE, SMALLEST = 1280, 390, 320
AXE = Axe().axe_script + "\n;0"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A page may answer 404 or 422 and say so; the browser notes that on its console.
EXPECTED = "Failed to load resource: the server responded with a status of"
SPACING = """() => { const sheet = new CSSStyleSheet()
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
      word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`)
  document.adoptedStyleSheets = [sheet] }"""
# What sticks out to the side, and text that its own box cuts off. Tables scroll in boxes of their
# own, which say so.
CUT = """() => {
  const ELSEWHERE = "svg, .vh, .skip, .rows thead, iframe, textarea, select, input, pre"
  const tag = e => `<${e.tagName.toLowerCase()} class="${e.className}">`
  const named = e => `${tag(e)} ${e.textContent.trim().slice(0, 40)}`
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
  const cut = [...document.querySelectorAll("main *, header *, footer *")].filter(e => {
    if (!e.checkVisibility() || e.closest(ELSEWHERE)) return false
    const style = getComputedStyle(e), hides = v => v === "hidden" || v === "clip"
    return (hides(style.overflowX) && e.scrollWidth > e.clientWidth + 1)
      || (hides(style.overflowY) && e.scrollHeight > e.clientHeight + 1)
  }).map(named)
  const past = wide > 0 ? [...document.querySelectorAll("body *")]
    .filter(e => e.checkVisibility() && !e.closest(".table, .scroll, .vh")
      && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .slice(0, 3).map(named) : []
  // A list is blocks on a phone, where only figures below headings of their own are scrolled; on a
  // desk there is room for all.
  const tables = ".table-scroll" + (innerWidth < 640 ? ":not(:has(.sticky1:not(.rows)))" : "")
  const scrolled = [...document.querySelectorAll(tables)]
    .filter(e => innerWidth < 640 || innerWidth > 1200)
    .filter(e => e.scrollWidth > e.clientWidth + 1)
    .map(e => `scrolls sideways: ${e.getAttribute("aria-label")}`)
  const sideways = wide > 0 ? [`${wide} px sideways: ${past}`] : []
  return [...scrolled, ...sideways, ...cut.map(e => `cut off: ${e}`)] }"""


# What axe judges a page by: each element with its attributes and what it stands in, each colour of
# text with what lies behind it, and the order of headings and parts. Ids, labels and what they
# name are checked on every page over HTTP (`page_checks`).
OUTLINE = """() => {
  const SAID = ["type", "role", "scope", "autocomplete", "lang"]
  const behind = new Map([[null, "canvas"]]), found = new Set()
  const said = a => SAID.includes(a.name) || a.name.startsWith("aria-") && a.value.length < 6
  const named = e => [e.tagName, e.className,
    ...[...e.attributes].map(a => a.name + (said(a) ? a.value : "")).sort()].join(" ")
  const ground = e => {
    if (!behind.has(e)) {
      const {backgroundColor: colour, backgroundImage: image, opacity} = getComputedStyle(e)
      const clear = colour === "rgba(0, 0, 0, 0)" && image === "none" && opacity === "1"
      behind.set(e, clear ? ground(e.parentElement) : [colour, image, opacity].join(" "))
    }
    return behind.get(e) }
  for (const e of document.querySelectorAll("body *")) {
    const over = e.parentElement
    found.add(`${over.tagName} ${over.className} > ${named(e)}`)
    const text = [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())
    if (!text || !e.checkVisibility()) continue
    const {color, fontSize, fontWeight} = getComputedStyle(e)
    found.add([color, ground(e), fontSize, fontWeight].join(" "))
  }
  const parts = "h1, h2, h3, h4, header, nav, main, aside, footer, form, section[aria-label]"
  found.add([...document.querySelectorAll(parts)].map(e => e.tagName).join(" "))
  return [...found] }"""


# Each test shows so many scenes of a world: a crowd of them in one would outlast every other test.
MOST = 60
SHOWN = {
    name: [scene for scene in SCENES if scene.world == name and not scene.framed] for name in MAKERS
}
WALKS = [
    pytest.param(name, start, id=f"{name}-{start // MOST + 1}")
    for name, scenes in SHOWN.items()
    for start in range(0, len(scenes), MOST)
]


@contextmanager
def camera_on(browser: Browser, world: World, complaints: list[str]) -> Iterator[Camera]:
    """A camera in the world; what the console says and what is asked of other hosts is added to
    `complaints`.
    """
    with served(world.app) as url:
        camera = Camera(browser, world, url, DESK)
        camera.page.on(
            "console",
            lambda m: (
                complaints.append(m.text)
                if m.type in ("error", "warning") and EXPECTED not in m.text
                else None
            ),
        )
        camera.page.on("pageerror", lambda error: complaints.append(str(error)))
        camera.page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((url, "data:", "blob:", "about:"))
                else complaints.append(f"asks outside: {asked.url}")
            ),
        )
        yield camera
        camera.close()


@pytest.fixture(scope="session")
def seen() -> set[str]:
    """What this worker has shown to axe: it takes longer than all else, and looks at a page that
    has something new.
    """
    return set()


@pytest.mark.parametrize(("name", "start"), WALKS)
def test_every_page_is_sound_and_fits_the_smallest_phone(
    browser: Browser,
    furnished_world: Callable[[str], World],
    seen: set[str],
    name: str,
    start: int,
) -> None:
    problems, complaints = list[str](), list[str]()
    with camera_on(browser, furnished_world(name), complaints) as camera:
        for scene in SHOWN[name][start : start + MOST]:
            camera.page.set_viewport_size({"width": DESK, "height": 900})
            status = camera.show(scene, "sv")
            problems += [f"{scene.name}: answers {status}"] if status != scene.status else []
            outline = set(camera.page.evaluate(OUTLINE))
            if not outline <= seen:
                problems += [f"{scene.name}: {problem}" for problem in _against(camera.page)]
                seen |= outline
            problems += [f"{scene.name}: {problem}" for problem in camera.page.evaluate(CUT)]
            for width in (PHONE, SMALLEST):
                camera.page.set_viewport_size({"width": width, "height": 844})
                problems += [
                    f"{scene.name}, {width} px: {problem}" for problem in camera.page.evaluate(CUT)
                ]
            problems += [f"{scene.name}: {complaint}" for complaint in complaints]
            complaints.clear()
    assert not problems, "\n".join(problems)


def _against(page: Page) -> list[str]:
    """What axe-core has against the page."""
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "how => axe.run(how).then(found => found.violations)",
        {
            "runOnly": {"type": "tag", "values": TAGS},
            "resultTypes": ["violations"],
            "iframes": False,
        },
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_cut_off_in_wide_text_other_colours_or_stillness(
    browser: Browser, furnished_world: Callable[[str], World], name: str
) -> None:
    """WCAG 1.4.12 and 1.4.10 with the reader's own colours and without motion: once for every page,
    on a phone, where room is least, and in English, which has the longer dates.
    """
    seen, problems, complaints = set[tuple[str, str, int]](), list[str](), list[str]()
    with camera_on(browser, furnished_world(name), complaints) as camera:
        camera.page.set_viewport_size({"width": PHONE, "height": 844})
        for scene in SHOWN[name]:
            if _kind(scene) in seen:
                continue
            seen.add(_kind(scene))
            camera.page.emulate_media(forced_colors="active", reduced_motion="reduce")
            camera.show(scene, "en")
            problems += [
                f"{scene.name}, other colours: {problem}" for problem in camera.page.evaluate(CUT)
            ]
            moving = camera.page.evaluate(
                "document.getAnimations().filter(a => a.playState === 'running').length"
            )
            problems += [f"{scene.name}: {moving} things move"] if moving else []
            camera.page.emulate_media(forced_colors="none")
            camera.page.evaluate(SPACING)
            problems += [
                f"{scene.name}, wide text: {problem}" for problem in camera.page.evaluate(CUT)
            ]
    assert not problems, "\n".join(problems)


def _kind(scene: Scene) -> tuple[str, str, int]:
    return scene.world, scene.endpoint, scene.status // 100
