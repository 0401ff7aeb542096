"""`make pictures`: every page in every state and every mail, in Swedish and English, on a phone and
on a desk, with a page to look through them. `--only PATTERN` makes those whose name matches, `--out
FOLDER` says where to (pictures/).
"""

from __future__ import annotations

import argparse
import logging
import re
import shutil
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from html import escape
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from annualwheel.mail.kinds import KINDS
from config import ROOT
from scenes.camera import Camera, built, served
from scenes.mails import rendered
from scenes.scene import Scene
from scenes.table import SCENES
from scenes.worlds import MAKERS
from scripts.chromium import launch_options

LANGUAGES, WIDTHS = ("sv", "en"), (390, 1280)
AUDIENCES = {
    "open": "Öppna sidor",
    "participant": "Den som är inbjuden",
    "owner": "Den som ser sina egna uppgifter",
    "preparation": "Den som förbereder",
    "coordinator": "Koordinatorn",
    "facilitator": "Processledaren",
    "admin": "Administratören",
    "mail": "Mejl",
}
PAGE = """<!doctype html><html lang="sv"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Bilder</title>
<style>body{{font:16px/1.5 sans-serif;margin:1rem 2rem}}
.row{{display:flex;gap:1rem;flex-wrap:wrap;align-items:flex-start}}
figure{{margin:0}}img{{border:1px solid #767676;height:18rem;width:auto;max-width:20rem;
object-fit:cover;object-position:top}}</style>
<h1>Bilder</h1><p>{count} bilder. <a href="#{first}">Till den första gruppen</a></p>
{groups}</html>"""


class Taken(NamedTuple):
    """A picture: of what, in which group of the index, and its file."""

    group: str
    name: str
    about: str
    language: str
    width: int

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.name}-{self.language}-{self.width}.png"


def main(arguments: list[str] | None = None) -> int:
    """Makes the pictures and the index.

    Returns the exit status: 1 when a page did not answer as its scene says.
    """
    asked = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    asked.add_argument("--only", default="", metavar="PATTERN")
    asked.add_argument("--out", type=Path, default=ROOT / "pictures")
    chosen = asked.parse_args(arguments)
    if not chosen.only:
        shutil.rmtree(chosen.out, ignore_errors=True)
    chosen.out.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    # A process for each width: a single one would wait half the time, for Chromium or for pages.
    with ProcessPoolExecutor(len(WIDTHS), get_context("spawn")) as processes:
        results = list(
            processes.map(of_width, WIDTHS, [chosen.out] * len(WIDTHS), [chosen.only] * len(WIDTHS))
        )
    taken, wrong = (
        [one for result in results for one in result[0]],
        [one for result in results for one in result[1]],
    )
    (chosen.out / "index.html").write_text(index(taken), encoding="utf-8")
    print(f"{len(taken)} bilder på {time.monotonic() - begun:.0f} s: {chosen.out / 'index.html'}")
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


def of_width(width: int, out: Path, only: str) -> tuple[list[Taken], list[str]]:
    """All pictures of one width whose name matches, and what did not answer as its scene says."""
    logging.disable(logging.CRITICAL)  # the scenes of failures fail on purpose
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]
        taken = [*of_scenes(browser, width, out, only, wrong), *of_mails(browser, width, out, only)]
        browser.close()
    return taken, wrong


def of_scenes(
    browser: Browser, width: int, out: Path, only: str, wrong: list[str]
) -> Iterable[Taken]:
    """Pictures of the scenes; what did not answer as it should is added to `wrong`."""
    for name in MAKERS:
        scenes = [scene for scene in SCENES if scene.world == name and re.search(only, scene.name)]
        if not scenes:
            continue
        with built(name) as world, served(world.app) as url:
            camera = Camera(browser, world, url, width)
            yield from (
                _take(camera, scene, language, width, out, wrong)
                for scene in scenes
                for language in LANGUAGES
            )
            camera.close()


def _take(
    camera: Camera, scene: Scene, language: str, width: int, out: Path, wrong: list[str]
) -> Taken:
    status = camera.show(scene, language)
    if status != scene.status:
        wrong.append(f"{scene.name} ({language}) svarar {status}, inte {scene.status}")
    picture = Taken(
        scene.audience,
        scene.name,
        f"{scene.endpoint}, {scene.status}: {camera.page.title()}",
        language,
        width,
    )
    camera.picture(out / picture.file)
    return picture


def of_mails(browser: Browser, width: int, out: Path, only: str) -> Iterable[Taken]:
    """Pictures of every kind of mail."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    for kind in (kind for kind in KINDS if re.search(only, f"mail-{kind}")):
        for language in LANGUAGES:
            mail = rendered(kind, language)
            page.set_content(mail.html)
            picture = Taken("mail", f"mail-{kind}", mail.subject, language, width)
            page.screenshot(path=out / picture.file, full_page=True)
            yield picture
    page.close()


def index(taken: list[Taken]) -> str:
    """A page with a small picture of each, in groups by whose pages they are."""
    groups = {key: [one for one in taken if one.group == key] for key in AUDIENCES}
    return PAGE.format(
        count=len(taken),
        first=next((key for key, found in groups.items() if found), ""),
        groups="".join(_group(key, found) for key, found in groups.items() if found),
    )


def _group(key: str, taken: list[Taken]) -> str:
    names = dict.fromkeys(one.name for one in taken)
    return f'<h2 id="{key}">{AUDIENCES[key]}</h2>' + "".join(
        _of_one([one for one in taken if one.name == name]) for name in names
    )


def _of_one(taken: list[Taken]) -> str:
    pictures = "".join(
        f'<figure><a href="{one.file}"><img src="{one.file}" loading="lazy" '
        f'alt="{one.language}, {one.width} bildpunkter"></a>'
        f"<figcaption>{one.language} {one.width}</figcaption></figure>"
        for one in taken
    )
    return (
        f'<h3>{taken[0].name}</h3><p>{escape(taken[0].about)}</p><div class="row">{pictures}</div>'
    )


if __name__ == "__main__":
    sys.exit(main())
