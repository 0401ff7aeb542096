"""What holds for every page, whatever it shows. Called for each reply the small browser gets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rehearse.dom import Node, squeeze
from rehearse.fields import fields_of, labels_of

FRAMEWORK = (
    "Werkzeug",
    "The requested URL was not found",
    "Internal Server Error",
    "Method Not Allowed",
    "Traceback (most recent",
    "The browser (or proxy) sent a request",
    "You don't have the permission",
)
LEFTOVERS = re.compile(
    r"\bNone\b(?! of them)|\bUndefined\b|\{\{|\}\}|\{%|%\(\w+\)s|&amp;(?:amp|lt|quot|#39);"
    r"|<(?:function|bound method|object|Markup|\w+ object at)"
    r"|datetime\.|\bFalse\b|\bTrue\b"
)
RAW_NAME = re.compile(r"(?<![\w./@:-])[a-z]+_[a-z_]+(?![\w./@-])")
ENGLISH = re.compile(
    r"\b(?:the|and|your|please|you|with|this|that|from|invalid|required|submit|registered|invited|declined|"
    r"withdrawn|substituted|waitlisted|draft|submitted|queued|choice|value|missing|error)\b",
    re.IGNORECASE,
)
SWEDISH = re.compile(r"\b(?:och|att|inte|för|eller|till|är|som|när|skicka|spara)\b", re.IGNORECASE)
ADDRESS = re.compile(r"\S+@\S+|https?://\S+")
# Classes of what people have written, and names of organisations, which have no English.
SAID = {"quote", "written", "said"}
NAMES = re.compile(r"hälso- och sjukvård|kultur och bildning")


def check_page(page: Node, where: str) -> None:
    """Fails with everything that is wrong with the page, one line each."""
    problems = [problem for check in CHECKS for problem in check(page)]
    assert not problems, f"{where}:\n  " + "\n  ".join(problems)


def _language(page: Node) -> str:
    return page.all("html")[0].get("lang") if page.all("html") else ""


def _frame(page: Node) -> Iterator[str]:
    if _language(page) not in ("sv", "en"):
        yield f"html lang is {_language(page)!r}"
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} h1: {[h.text for h in page.all('h1')]}"
    yield from ("an empty heading" for h in page.all("h1", "h2", "h3", "h4") if not h.text)
    titles = [title.raw for head in page.all("head") for title in head.all("title")]
    if len(titles) != 1 or not titles[0].strip(" –-"):
        yield f"title is {titles}"
    if len(page.all("main")) != 1:
        yield f"{len(page.all('main'))} main"
    first = next((a for a in page.all("a")), None)
    if first is None or first.get("href") != f"#{(page.all('main') or [Node('')])[0].get('id')}":
        yield "the first link does not skip to main"
    if not any("mailto:" in a.get("href") for foot in page.all("footer") for a in foot.all("a")):
        yield "no help contact in the footer"
    if not any(
        node.get("hreflang") or node.get("name") == "lang_switch"
        for node in page.all("a", "button")
    ):
        yield "no way to the other language"


def _outline(page: Node) -> Iterator[str]:
    before = 0
    for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(heading.tag[1])
        if level > before + 1 and before:
            yield f"h{before} is followed by h{level}: {heading.text}"
        before = level


def _ids(page: Node) -> Iterator[str]:
    ids = Counter(node.get("id") for node in page.walk() if "id" in node.attrs)
    yield from (
        f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1 or not name
    )
    for node in page.walk():
        for attribute in (
            "aria-describedby",
            "aria-labelledby",
            "aria-controls",
            "for",
            "form",
            "list",
        ):
            if attribute in node.attrs and not node.get(attribute).split():
                yield f"<{node.tag}> has an empty {attribute}"
            yield from (
                f"<{node.tag} {attribute}> names {name!r}, which is not on the page"
                for name in node.get(attribute).split()
                if name not in ids
            )
        if node.tag == "a" and node.get("href").startswith("#") and node.get("href")[1:] not in ids:
            yield f"a link leads to {node.get('href')}, which is not on the page"


def _fields(page: Node) -> Iterator[str]:
    for control in fields_of(page):
        name = control.get("name") or control.get("id")
        named = (
            any(label.text for label in labels_of(page, control))
            or control.get("aria-label")
            or control.get("aria-labelledby")
        )
        if not named:
            yield f"field {name} has no label"
        if not control.get("name") and control.up("form"):
            yield f"field {control.get('id')} in a form has no name"
        if control.get("type") == "radio" and not any(
            _legend(box) for box in control.around() if box.tag == "fieldset"
        ):
            yield f"radio {name} stands in no fieldset with a legend"
        if "required" in control.attrs:
            yield f"field {name} is `required`: the browser's own messages would come"
        if control.get("aria-invalid") == "true" and not _describers(control):
            yield f"field {name} is invalid and nothing says why"


def _describers(control: Node) -> bool:
    return bool(
        control.get("aria-describedby")
        or control.get("aria-errormessage")
        or any(box.get("aria-describedby") for box in control.around() if box.tag == "fieldset")
    )


def _legend(fieldset: Node) -> bool:
    legends = [
        child for child in fieldset.children if isinstance(child, Node) and child.tag == "legend"
    ]
    return bool(legends and legends[0].text)


def _forms(page: Node) -> Iterator[str]:
    for form in page.all("form"):
        posts = form.get("method").lower() == "post"
        tokens = [node for node in form.all("input") if node.get("name") == "csrf_token"]
        if posts and (len(tokens) != 1 or not tokens[0].get("value")):
            yield f"the form to {form.get('action')!r} has {len(tokens)} CSRF tokens"
        if not posts and tokens:
            yield "a GET form carries a CSRF token into the address"
        if form.up("form"):
            yield "a form within a form"


def _names(page: Node) -> Iterator[str]:
    for node in page.all("button", "a", "summary"):
        if node.get("aria-hidden") == "true" or "hidden" in node.attrs:
            continue
        spoken = (
            node.text
            or node.get("aria-label")
            or any(image.get("alt") or image.get("aria-label") for image in node.all("img", "svg"))
        )
        if not spoken:
            yield f"<{node.tag}> without words: {node.attrs}"
        if node.tag == "a" and not node.get("href"):
            yield f"the link {node.text!r} leads nowhere"
    yield from (
        f"a picture without alt: {image.get('src')}"
        for image in page.all("img")
        if "alt" not in image.attrs
    )
    yield from (
        f"an iframe without title: {frame.get('src')}"
        for frame in page.all("iframe")
        if not frame.get("title")
    )
    for table in page.all("table"):
        if not table.all("th"):
            yield "a table without headings"


def _policy(page: Node) -> Iterator[str]:
    for node in page.walk():
        yield from (
            f"<{node.tag}> has {name}, which the Content-Security-Policy stops"
            for name in node.attrs
            if name == "style" or name.startswith("on")
        )
        if node.tag in ("script", "style") and not node.get("nonce") and not node.get("src"):
            yield f"<{node.tag}> without a nonce"
        for name in ("src", "action", "href"):
            outside = node.get(name).startswith(("http://", "https://", "//"))
            if (
                outside
                and node.tag in ("script", "img", "iframe", "link", "form")
                and node.get("rel") != "canonical"
            ):
                yield f"<{node.tag}> fetches from outside: {node.get(name)}"


def _words(page: Node) -> Iterator[str]:
    text = page.text
    yield from (f"a page of the framework: {phrase}" for phrase in FRAMEWORK if phrase in page.raw)
    yield from (
        f"left over in the text: …{text[max(0, m.start() - 30) : m.end() + 20]}…"
        for m in LEFTOVERS.finditer(text)
    )
    own = NAMES.sub("", ADDRESS.sub("", _own_words(page, _language(page))))
    yield from (f"a raw name: {m.group()}" for m in RAW_NAME.finditer(own))
    stranger = ENGLISH if _language(page) == "sv" else SWEDISH
    yield from (
        f"a word of the other language: …{own[max(0, m.start() - 30) : m.end() + 20]}…"
        for m in stranger.finditer(own)
    )


def _own_words(page: Node, language: str) -> str:
    """The text that should be in the page's language: not what says it is in another, and not what
    people have written.
    """

    def pieces(node: Node) -> Iterator[str]:
        for child in node.children:
            if isinstance(child, str):
                yield child
            elif _is_ours(child, language):
                yield " "
                yield from pieces(child)
                yield " "

    return squeeze("".join(piece for body in page.all("body") for piece in pieces(body)))


def _is_ours(node: Node, language: str) -> bool:
    return (
        node.tag not in ("script", "style", "textarea", "pre", "code", "blockquote")
        and node.get("lang", language) == language
        and "data-said" not in node.attrs
        and not (SAID & set(_written(node).split()))
    )


def _written(node: Node) -> str:
    """The classes that tell whose words an element holds: a value in a list of answers takes its
    list's.
    """
    around = node.up("dl") if node.tag == "dd" else None
    return (
        f"{node.get('class')} {around.get('class') if around else ''}" if node.tag != "dl" else ""
    )


CHECKS = (_frame, _outline, _ids, _fields, _forms, _names, _policy, _words)
