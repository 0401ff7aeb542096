"""Every form of every page, sent as no browser would: nothing but our own pages comes back,
whatever stands in the fields.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import unescape
from urllib.parse import quote, urlsplit

import pytest
from werkzeug.test import TestResponse
from wtforms.i18n import messages_path

from rehearse.dom import Node, parse
from rehearse.fields import fields_in, sent
from scenes.scene import Scene
from scenes.table import SCENES
from scenes.world import World
from tests.cpu_time import within
from tests.furnished_worlds import enter
from tests.tiny_browser import Browser

# What one field is filled with at a time, as it stands in a request: NUL and controls, half a
# letter, half a pair of surrogates, a line that would be a header of a mail; and a number that no
# database and no clock can hold.
STRANGE = (
    b"%00a%01%0b%1f%7f%c2%85%c3%28%ff%ed%a0%80%e2%80%ae"
    b"%0d%0aBcc:%20b%40kommun.example%3Cb%3E%7B%7B7*7%7D%7D"
)
HUGE = b"9" * 25
# As much as a form may bring, of what takes the square of its length where somebody normalises it
# or looks for an address, a bracket or a space before its length is known.
LONG = ("\u0301\u0323" * 30_000).encode() + b"(" * 20_000 + b"+" * 20_000 + b"%40" * 10_000
SECONDS = 2.0
# What all fields are filled with at once.
EVERYWHERE = (STRANGE, HUGE, b"", b"x" * 30_000)
# What stands in the others where the page leaves them empty.
USUAL = {"email": "hej@kommun.example", "number": "2031"}
KEPT = ("csrf_token",)


# What the library says of a field where no sentence of ours comes before.
LIBRARY_SAYS = (
    "Not a valid choice.",
    "is not a valid choice for this field.",
    "Invalid Choice: could not coerce.",
    "Not a valid integer value.",
    "Not a valid decimal value.",
    "Not a valid float value.",
    "Not a valid date value.",
    "Not a valid datetime value.",
    "Not a valid time value.",
    "This field is required.",
    "Field cannot be longer than",
    "Number must be",
    "Invalid input.",
    "Invalid email address.",
    "Invalid URL.",
)
_swedish = gettext.translation("wtforms", messages_path(), ["sv"])
LIBRARY = re.compile(
    "|".join(re.escape(text) for one in LIBRARY_SAYS for text in (one, _swedish.gettext(one)))
)


def forms_of(browser: Browser) -> Iterator[tuple[str, Node]]:
    """The forms that post, with where to."""
    for form in browser.page.all("form"):
        if form.get("method") == "post" and "logga-ut" not in (form.get("action") or ""):
            yield urlsplit(form.get("action") or browser.url).path, form


def names_in(page: Node, form: Node) -> list[str]:
    """What the form sends, but for the proof that it is ours."""
    return [
        name
        for name in dict.fromkeys(c.get("name") for c in fields_in(page, form))
        if name and name not in KEPT
    ]


def body_of(page: Node, form: Node, strange: Mapping[str, bytes]) -> bytes:
    """The form as the page holds it, with its first button pressed and some fields filled
    otherwise.
    """
    held = [
        (c.get("name"), value)
        for c in fields_in(page, form)
        for value in sent(c, {})
        if isinstance(value, str)
    ]
    held += [(b.get("name"), b.get("value")) for b in form.all("button") if b.get("name")][:1]
    usual = [
        (name, value or USUAL.get(name, "2027-01-22" if name.endswith("day") else "Text"))
        for name, value in held
        if name not in strange
    ]
    return b"&".join(
        [
            *(f"{quote(name)}={quote(value)}".encode() for name, value in usual),
            *(quote(name).encode() + b"=" + value for name, value in strange.items()),
        ]
    )


def scenes_with_forms(world: str) -> Iterator[Scene]:
    """One scene for each endpoint and status: their forms differ no further."""
    seen = set()
    for scene in SCENES:
        if (
            scene.world == world
            and not scene.presses
            and not scene.framed
            and (scene.endpoint, scene.who, scene.at) not in seen
        ):
            seen.add((scene.endpoint, scene.who, scene.at))
            yield scene


@pytest.mark.parametrize("name", ["year", "after", "line"])
def test_no_field_of_any_form_brings_a_page_down(
    furnished_world: Callable[[str], World], name: str
) -> None:
    world = furnished_world(name)
    wrong = list(attack_all(world, name, (STRANGE, HUGE), EVERYWHERE))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["year", "after", "line"])
def test_no_field_of_any_form_costs_more_than_its_length(
    furnished_world: Callable[[str], World], name: str
) -> None:
    wrong = list(attack_all(furnished_world(name), name, (LONG,), ()))
    assert not wrong, "\n".join(wrong)


def attack_all(
    world: World, name: str, each: Sequence[bytes], everywhere: Sequence[bytes]
) -> Iterator[str]:
    """What is wrong with what the forms of the world answer to strange values."""
    tried = set[tuple[str, str]]()
    for scene in scenes_with_forms(name):
        with world.at(scene):
            for path in paths_of(world, scene):
                if (scene.who, shape(path)) not in tried:
                    tried.add((scene.who, shape(path)))
                    yield from attack(world, scene, path, each, everywhere)
    assert len(tried) >= 5


def paths_of(world: World, scene: Scene) -> list[str]:
    """Where the forms of the scene go."""
    browser = opened(world, scene)
    return [path for path, _form in forms_of(browser)] if browser else []


def attack(
    world: World, scene: Scene, path: str, each: Sequence[bytes], everywhere: Sequence[bytes]
) -> Iterator[str]:
    """Sends a form of the scene with `each` value in one field after another, and with those for
    `everywhere` in all of them; what it is answered with a failure, or too late.
    """
    browser = opened(world, scene)
    if browser is None or path not in dict(forms_of(browser)):
        return
    names = names_in(browser.page, form_to(browser, path))
    for strange in (
        *({name: value} for name in names for value in each),
        *(dict.fromkeys(names, value) for value in everywhere),
    ):
        if browser is None or path not in dict(forms_of(browser)):
            return
        body = body_of(browser.page, form_to(browser, path), strange)
        answers, wrong = attempted(browser, path, body)
        yield from (f"{scene.name}: POST {path} with {body[:200]!r}: {what}" for what in wrong)
        if any(answer.status_code == 303 for answer in answers):
            browser = opened(world, scene)


def attempted(browser: Browser, path: str, body: bytes) -> tuple[list[TestResponse], list[str]]:
    """The answers to what is sent to a form, again where it took long; and what is wrong."""
    answers = list[TestResponse]()
    form = {"data": body, "content_type": "application/x-www-form-urlencoded"}
    fast = within(SECONDS, lambda: answers.append(browser.fetch("POST", path, **form)))
    wrong = [] if fast else [f"over {SECONDS} seconds"]
    for answer in answers:
        wrong += [str(answer.status_code)] if answer.status_code >= 500 else []
        # A form may answer with a file, which has no sentences.
        text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        wrong += [said[0]] if (said := LIBRARY.search(unescape(text))) else []
    return answers, wrong


def form_to(browser: Browser, path: str) -> Node:
    return next(form for to, form in forms_of(browser) if to == path)


def opened(world: World, scene: Scene) -> Browser | None:
    """The scene in a browser; None when it is a file, or leads elsewhere since a form has been
    sent.
    """
    browser = enter(world, scene)
    reply = browser.fetch("GET", world.address(scene))
    if reply.mimetype != "text/html" or reply.status_code == 303:
        return None
    browser.show(world.address(scene), parse(reply.get_data(as_text=True)))
    return browser


def shape(path: str) -> str:
    """The address without the names of rows."""
    return re.sub(r"/[\w-]{12}(?=/|$)", "/x", path)


def fields(count: int) -> Mapping[str, str]:
    return {f"f{number}": "x" for number in range(count)}


def test_ten_thousand_fields_are_too_many_or_ignored(
    furnished_world: Callable[[str], World],
) -> None:
    world = furnished_world("year")
    for scene in {scene.audience: scene for scene in scenes_with_forms("year")}.values():
        browser = enter(world, scene)
        for options in ({"json": {"fields": fields(10_000)}}, {"data": fields(10_000)}):
            assert browser.fetch("POST", world.address(scene), **options).status_code < 500, (
                scene.name
            )
