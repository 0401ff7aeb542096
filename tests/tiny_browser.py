"""A small browser over the test client: opens pages, fills in the forms they hold, presses their buttons, reads what comes.

It sends exactly what the page holds: hidden fields, CSRF token, what was already filled in. Every page it meets is checked
(`page_checks`). Names of fields are never written in tests; people do not see them.
"""
from __future__ import annotations

import io
from collections.abc import Iterable
from contextvars import Context
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urljoin, urlsplit

from flask import Flask, has_app_context
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from annualwheel.db import db
from tests.dom import Node, parse, squeeze
from tests.page_checks import check_page, fields_of, labels_of

REDIRECTS = 8
ORIGIN = "http://localhost"


@dataclass(frozen=True)
class Attachment:
    """A file chosen in a file field."""

    name: str
    content: bytes


class Browser:
    """One person's browser: cookies, the page at hand, and what has been typed on it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.headers: dict[str, str] = {}
        self.expects_failure = False
        self.url = "/"
        self.response: TestResponse | None = None
        self._page: Node | None = None
        self._files: dict[Node, Attachment] = {}

    # What is seen

    @property
    def page(self) -> Node:
        """The page at hand, as a tree."""
        assert self._page is not None, f"{self.url} is not an HTML page"
        return self._page

    @property
    def status(self) -> int:
        """The status of the last reply."""
        assert self.response is not None, "nothing has been opened"
        return self.response.status_code

    @property
    def body(self) -> bytes:
        """The last reply's bytes, for files."""
        assert self.response is not None, "nothing has been opened"
        return self.response.data

    @property
    def text(self) -> str:
        """What the page says, with single spaces."""
        return self.page.text

    def see(self, *texts: str) -> Browser:
        """Fails unless each text stands on the page."""
        for text in texts:
            assert squeeze(text) in self.text, f"{text!r} is not on {self.url}:\n{self.text}"
        return self

    def miss(self, *texts: str) -> Browser:
        """Fails if any of the texts stands on the page."""
        for text in texts:
            assert squeeze(text) not in self.text, f"{text!r} is on {self.url}:\n{self.text}"
        return self

    def heading(self) -> str:
        """The page's h1."""
        return self.page.all("h1")[0].text

    def value(self, label: str, within: str = "") -> str:
        """What a field holds: its text, the text of the chosen option, "on" or "" for a box."""
        control = self._field(label, within)
        if control.tag == "select":
            return next((o.text for o in control.all("option") if "selected" in o.attrs), "")
        if control.get("type") in ("checkbox", "radio"):
            return "on" if "checked" in control.attrs else ""
        return _text_of(control)

    def error_at(self, label: str, within: str = "") -> str:
        """What the page says is wrong with a field, "" when nothing is."""
        control = self._field(label, within)
        boxes = [control, *(box for box in control.around() if box.tag == "fieldset")]
        if not any(box.get("aria-invalid") == "true" for box in boxes) and control.get("aria-invalid") != "true":
            return ""
        ids = [name for box in boxes for name in box.get("aria-describedby").split()]
        return " ".join(node.text for node in self.page.walk() if node.get("id") in ids and "err" in f"{node.get('id')} {node.get('class')}")

    # What is done

    def open(self, url: str, **query: str) -> Browser:
        """Goes to an address: a path, or a whole one of this service."""
        return self._go("GET", urljoin(self.url, _path(url)), query=MultiDict(query) if query else None)

    def follow(self, text: str, within: str = "") -> Browser:
        """Follows the one link with that text (exact, else the beginning, else anywhere in it)."""
        scope = self._scope(within)
        link = self._one(text, [a for a in scope.all("a") if a.get("href")], "link")
        return self.open(link.get("href"))

    def fill(self, label: str, value: str, within: str = "") -> Browser:
        """Types into the field with that label. `within`: a legend or heading that stands around it."""
        control = self._field(label, within)
        assert control.tag in ("input", "textarea"), f"{label} is not for typing"
        if control.tag == "textarea":
            control.children = [value]
        else:
            control.attrs["value"] = value
        return self

    def choose(self, label: str, within: str = "") -> Browser:
        """Chooses the radio button, checkbox or option with that label."""
        control = self._option_or_box(label, within)
        if control.tag == "option":
            select = control.up("select")
            assert select is not None
            if "multiple" not in select.attrs:
                _drop("selected", select.all("option"))
            control.attrs["selected"] = ""
            return self
        assert control.get("type") in ("radio", "checkbox"), f"{label} is not for choosing"
        if control.get("type") == "radio":
            _drop("checked", (c for c in self._fields_of(self._form_of(control)) if c.get("name") == control.get("name")))
        control.attrs["checked"] = ""
        return self

    def clear(self, label: str, within: str = "") -> Browser:
        """Takes the tick out of a checkbox."""
        control = self._field(label, within)
        assert control.get("type") == "checkbox", f"{label} is not a checkbox"
        control.attrs.pop("checked", None)
        return self

    def attach(self, label: str, name: str, content: bytes, within: str = "") -> Browser:
        """Chooses a file in a file field."""
        control = self._field(label, within)
        assert control.get("type") == "file", f"{label} is not for files"
        self._files[control] = Attachment(name, content)
        return self

    def press(self, text: str, within: str = "") -> Browser:
        """Presses the one button with that text and sends the form it belongs to."""
        scope = self._scope(within)
        button = self._one(text, [b for b in scope.all("button") if b.get("type", "submit") == "submit"], "button")
        form = self._form_of(button)
        pairs = self._values(form)
        if button.get("name"):
            pairs.append((button.get("name"), button.get("value")))
        action = button.get("formaction") or form.get("action") or self.url
        return self._send(form, (button.get("formmethod") or form.get("method") or "get").upper(), urljoin(self.url, action), pairs)

    def fetch(self, method: str, url: str, **options: object) -> TestResponse:
        """One bare request with this browser's cookies: no redirects, no checks. For files, APIs and attacks."""
        return self._isolated(method, url, options)

    # How it works

    def _send(self, form: Node, method: str, url: str, pairs: list[tuple[str, str | Attachment]]) -> Browser:
        if method == "GET":
            return self._go("GET", url.split("?")[0], query=MultiDict([(n, v) for n, v in pairs if isinstance(v, str)]))
        several = form.get("enctype") == "multipart/form-data"
        assert several or all(isinstance(value, str) for _, value in pairs), "a form with a file must be multipart/form-data"
        data: MultiDict[str, object] = MultiDict()
        for name, value in pairs:
            data.add(name, value if isinstance(value, str) else (io.BytesIO(value.content), value.name))
        return self._go("POST", url, data=data, content_type="multipart/form-data" if several else "application/x-www-form-urlencoded")

    def _go(self, method: str, url: str, query: MultiDict[str, str] | None = None, **options: object) -> Browser:
        if query is not None:
            options["query_string"] = query
        response = self._isolated(method, url, options)
        for _hop in range(REDIRECTS):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            assert method == "GET" or response.status_code == 303, f"{method} {url} answers {response.status_code}, not 303"
            target = urljoin(f"{ORIGIN}{url}", response.headers["Location"])
            assert target.startswith(ORIGIN + "/"), f"{url} leads out of the service, to {target}"
            method, url = "GET", _path(target)
            response = self._isolated(method, url, {})
        else:
            raise AssertionError(f"{url} leads round in a circle")
        self._arrive(url, query, response)
        return self

    def _isolated(self, method: str, url: str, options: dict[str, object]) -> TestResponse:
        """A request sees nothing of the test's own context: what the test has made is committed first, what it reads after is fresh."""
        if has_app_context() and db.session.registry.has():
            db.session.commit()
            db.session.expire_all()
        headers = {**self.headers, **dict(options.pop("headers", {}))}  # type: ignore[call-overload]
        return Context().run(lambda: self.client.open(url, method=method, headers=headers, **options))  # type: ignore[arg-type]

    def _arrive(self, url: str, query: MultiDict[str, str] | None, response: TestResponse) -> None:
        self.url, self.response, self._page, self._files = url, response, None, {}
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            assert name in response.headers, f"{url} has no {name}"
        assert response.status_code != 500 or self.expects_failure, f"{url} fails, see the log"
        if response.mimetype == "text/html":
            self._page = parse(response.get_data(as_text=True))
            check_page(self._page, f"{response.status_code} {url}")

    def _scope(self, within: str) -> Node:
        """The smallest part of the page whose legend, heading or aria-label is `within`."""
        if not within:
            return self.page
        found = [box for box in self.page.walk() if any(_matches(within, name) for name in _names_of(box))]
        assert found, f"nothing on {self.url} is called {within!r}"
        return found[-1] if len(found) == 1 or _nested(found) else _ambiguous(within, "part", found)

    def _field(self, label: str, within: str) -> Node:
        scope = self._scope(within)
        return self._labelled(label, [c for c in fields_of(scope) if "hidden" not in c.attrs])

    def _labelled(self, label: str, controls: list[Node]) -> Node:
        spoken = {control: [text.text for text in labels_of(self.page, control)] + [control.get("aria-label")] for control in controls}
        for match in MATCHES:
            found = [control for control, texts in spoken.items() if any(match(squeeze(label), text) for text in texts if text)]
            if found:
                return found[0] if len(found) == 1 else _ambiguous(label, "field", found)
        raise AssertionError(f"no field is called {label!r} on {self.url}; there are {[t for texts in spoken.values() for t in texts if t]}")

    def _option_or_box(self, label: str, within: str) -> Node:
        scope = self._scope(within)
        options = [option for option in scope.all("option") if option.text == squeeze(label)]
        selects = self._labelled_selects(within) if within and not options else []
        options = options or [option for select in selects for option in select.all("option") if option.text == squeeze(label)]
        if options:
            return options[0] if len(options) == 1 else _ambiguous(label, "option", options)
        return self._labelled(label, [c for c in fields_of(scope) if c.get("type") in ("radio", "checkbox")])

    def _labelled_selects(self, label: str) -> list[Node]:
        return [s for s in self.page.all("select") if any(_matches(label, text.text) for text in labels_of(self.page, s))]

    def _one(self, text: str, nodes: list[Node], what: str) -> Node:
        for match in MATCHES:
            found = [node for node in nodes if match(squeeze(text), node.text or node.get("aria-label"))]
            if found and (len(found) == 1 or (what == "link" and len({n.get("href") for n in found}) == 1)):
                return found[0]
            if found:
                return _ambiguous(text, what, found)
        raise AssertionError(f"no {what} {text!r} on {self.url}; there are {[n.text for n in nodes]}")

    def _form_of(self, control: Node) -> Node:
        named = control.get("form")
        form = next((f for f in self.page.all("form") if f.get("id") == named), None) if named else control.up("form")
        assert form is not None, f"{control.text or control.get('name')} belongs to no form"
        return form

    def _fields_of(self, form: Node) -> list[Node]:
        every = (c for c in self.page.all("input", "select", "textarea") if c.get("form") or c.up("form"))
        return [c for c in every if self._form_of(c) is form]

    def _values(self, form: Node) -> list[tuple[str, str | Attachment]]:
        pairs: list[tuple[str, str | Attachment]] = []
        for control in self._fields_of(form):
            if control.get("name") and not _disabled(control):
                pairs.extend((control.get("name"), value) for value in self._sent(control))
        return pairs

    def _sent(self, control: Node) -> list[str | Attachment]:
        kind = control.get("type")
        if control.tag == "select":
            return [*_chosen(control)]
        if kind in ("checkbox", "radio"):
            return [control.get("value", "on")] if "checked" in control.attrs else []
        if kind == "file":
            return [self._files.get(control, Attachment("", b""))]
        return [] if kind in ("submit", "button", "image", "reset") else [_text_of(control)]


def _equal(wanted: str, text: str) -> bool:
    return text == wanted


def _begins(wanted: str, text: str) -> bool:
    return text.startswith(wanted)


def _contains(wanted: str, text: str) -> bool:
    return wanted in text


MATCHES = (_equal, _begins, _contains)


def _matches(wanted: str, text: str) -> bool:
    return squeeze(wanted) in text


def _names_of(box: Node) -> list[str]:
    """What a part of the page is called: its own legend, heading, caption or label."""
    if box.tag not in ("fieldset", "section", "article", "form", "li", "tr", "table", "nav", "div", "details", "dialog"):
        return []
    own = [child for child in box.children if isinstance(child, Node)]
    if box.tag in ("li", "tr"):
        return [child.text for child in own]
    heads = [*own, *(grandchild for child in own if child.tag == "header" for grandchild in child.children if isinstance(grandchild, Node))]
    return [n.text for n in heads if n.tag in ("legend", "h1", "h2", "h3", "h4", "caption", "summary")] + [box.get("aria-label")]


def _nested(nodes: list[Node]) -> bool:
    return all(outer in list(inner.around()) for outer, inner in pairwise(nodes))


def _ambiguous(text: str, what: str, found: list[Node]) -> Node:
    raise AssertionError(f"{len(found)} times {what} {text!r}: {[(n.tag, n.get('name') or n.get('href'), n.text[:60]) for n in found]}")


def _text_of(control: Node) -> str:
    """What is typed. A browser leaves out the first line break of a textarea and sends the others as CRLF."""
    if control.tag != "textarea":
        return control.get("value")
    text = control.raw.replace("\r\n", "\n").removeprefix("\n")
    return text.replace("\n", "\r\n")


def _chosen(select: Node) -> list[str]:
    options = select.all("option")
    chosen = [o for o in options if "selected" in o.attrs]
    if not chosen and "multiple" not in select.attrs:
        chosen = [o for o in options if "disabled" not in o.attrs][:1]
    return [o.attrs.get("value", o.text) for o in chosen]


def _disabled(control: Node) -> bool:
    return "disabled" in control.attrs or any("disabled" in box.attrs for box in control.around() if box.tag == "fieldset")


def _drop(attribute: str, nodes: Iterable[Node]) -> None:
    for node in nodes:
        node.attrs.pop(attribute, None)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or ("" if parts.query else "/" if parts.netloc else "")) + (f"?{parts.query}" if parts.query else "")
