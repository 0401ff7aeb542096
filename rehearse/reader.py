"""Reads pages and fills in the forms they hold, as people do.

By labels, legends and the words on buttons.

What is sent is exactly what the page holds: hidden fields, CSRF token, what was already filled in.
Names of fields are never asked for, since people do not see them. How a request travels is the
business of whoever derives from `Reader`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn, Self
from urllib.parse import urljoin

from rehearse.dom import Node, Unexpected, squeeze
from rehearse.fields import Attachment, Pairs, drop, fields_in, fields_of, sent, spoken, text_of

CONTAINERS = (
    "fieldset",
    "section",
    "article",
    "form",
    "li",
    "tr",
    "table",
    "nav",
    "div",
    "details",
    "dialog",
)
HEADS = ("legend", "h1", "h2", "h3", "h4", "caption", "summary")


class Reader:
    """The page at hand and what has been typed on it."""

    def __init__(self) -> None:
        self.url = "/"
        self._page: Node | None = None
        self._files: dict[Node, Attachment] = {}
        self._names: dict[Node, list[str]] | None = None

    def show(self, url: str, page: Node | None) -> None:
        """Lays a new page on the table; None for a file."""
        self.url, self._page, self._files, self._names = url, page, {}, None

    def open(self, url: str) -> Self:
        """Goes to an address."""
        return self.send("GET", urljoin(self.url, url), [], False)

    def send(self, method: str, url: str, pairs: Pairs, multipart: bool) -> Self:
        """Sends a request and shows the page that comes of it."""
        raise TypeError(f"{type(self).__name__} does not say how a request travels")

    # What is seen

    @property
    def page(self) -> Node:
        """The page at hand, as a tree. Fails for a file."""
        if self._page is None:
            raise Unexpected(f"{self.url} is not an HTML page")
        return self._page

    @property
    def text(self) -> str:
        """What the page says, with single spaces."""
        return self.page.text

    def see(self, *texts: str) -> Self:
        """Fails unless each text stands on the page."""
        for text in texts:
            if squeeze(text) not in self.text:
                raise Unexpected(f"{text!r} is not on {self.url}:\n{self.text}")
        return self

    def miss(self, *texts: str) -> Self:
        """Fails if any of the texts stands on the page."""
        for text in texts:
            if squeeze(text) in self.text:
                raise Unexpected(f"{text!r} is on {self.url}:\n{self.text}")
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
        return text_of(control)

    def error_at(self, label: str, within: str = "") -> str:
        """What the page says is wrong with a field, "" when nothing is."""
        control = self._field(label, within)
        fieldsets = (box for box in control.around() if box.tag == "fieldset")
        boxes = [control, *fieldsets]
        if all(box.get("aria-invalid") != "true" for box in boxes):
            return ""
        ids = [name for box in boxes for name in box.get("aria-describedby").split()]
        described_by = [node for node in self.page.walk() if node.get("id") in ids]
        return " ".join(node.text for node in described_by if _is_error(node))

    # What is done

    def follow(self, text: str, within: str = "") -> Self:
        """Follows the one link with that text (exact, else the beginning, else anywhere in it)."""
        link = self._one(text, [a for a in self._scope(within).all("a") if a.get("href")], "link")
        return self.open(link.get("href"))

    def fill(self, label: str, value: str, within: str = "") -> Self:
        """Types into the field with that label.

        `within`: a legend or heading that stands around it.
        """
        control = self._field(label, within)
        if control.tag not in ("input", "textarea"):
            raise Unexpected(f"{label} is not for typing")
        if control.tag == "textarea":
            control.children = [value]
        else:
            control.attrs["value"] = value
        return self

    def choose(self, label: str, within: str = "") -> Self:
        """Chooses the radio button, checkbox or option with that label."""
        control = self._option_or_box(label, within)
        if control.tag == "option":
            select = control.up("select")
            if select is not None and "multiple" not in select.attrs:
                drop("selected", select.all("option"))
            control.attrs["selected"] = ""
            return self
        if control.get("type") not in ("radio", "checkbox"):
            raise Unexpected(f"{label} is not for choosing")
        if control.get("type") == "radio":
            fields, name = fields_in(self.page, self._form_of(control)), control.get("name")
            drop("checked", (field for field in fields if field.get("name") == name))
        control.attrs["checked"] = ""
        return self

    def clear(self, label: str, within: str = "") -> Self:
        """Takes the tick out of a checkbox."""
        control = self._field(label, within)
        if control.get("type") != "checkbox":
            raise Unexpected(f"{label} is not a checkbox")
        control.attrs.pop("checked", None)
        return self

    def attach(self, label: str, name: str, content: bytes, within: str = "") -> Self:
        """Chooses a file in a file field."""
        control = self._field(label, within)
        if control.get("type") != "file":
            raise Unexpected(f"{label} is not for files")
        self._files[control] = Attachment(name, content)
        return self

    def press(self, text: str, within: str = "") -> Self:
        """Presses the one button with that text and sends the form it belongs to."""
        buttons = self._scope(within).all("button")
        sending = [each for each in buttons if each.get("type", "submit") == "submit"]
        button = self._one(text, sending, "button")
        form = self._form_of(button)
        pairs = self._values(form)
        if button.get("name"):
            pairs.append((button.get("name"), button.get("value")))
        multipart = form.get("enctype") == "multipart/form-data"
        if not multipart and any(isinstance(value, Attachment) for _, value in pairs):
            raise Unexpected("a form with a file must be multipart/form-data")
        method = (button.get("formmethod") or form.get("method") or "get").upper()
        url = urljoin(self.url, button.get("formaction") or form.get("action") or self.url)
        if method == "GET":
            url = url.split("?")[0]
        return self.send(method, url, pairs, multipart)

    # How it works

    def _scope(self, within: str) -> Node:
        """The smallest part of the page whose legend, heading or aria-label is `within`."""
        if not within:
            return self.page
        wanted = squeeze(within)
        found = [box for box in self.page.walk() if any(wanted in name for name in _names_of(box))]
        if not found:
            raise Unexpected(f"nothing on {self.url} is called {within!r}")
        if len(found) > 1 and not _nested(found):
            _ambiguous(within, "part", found)
        return found[-1]

    def _field(self, label: str, within: str) -> Node:
        fields = fields_of(self._scope(within))
        return self._labelled(label, [field for field in fields if "hidden" not in field.attrs])

    def _labelled(self, label: str, controls: list[Node]) -> Node:
        wanted = squeeze(label)
        names = {each: [text for text in self._spoken()[each] if text] for each in controls}
        for match in MATCHES:
            found = [each for each in controls if any(match(wanted, text) for text in names[each])]
            if found:
                return found[0] if len(found) == 1 else _ambiguous(label, "field", found)
        known = [text for texts in names.values() for text in texts]
        raise Unexpected(f"no field is called {label!r} on {self.url}; there are {known}")

    def _spoken(self) -> dict[Node, list[str]]:
        """What every field on the page is called.

        Made once a page: there are pages with hundreds of boxes.
        """
        if self._names is None:
            self._names = spoken(self.page)
        return self._names

    def _option_or_box(self, label: str, within: str) -> Node:
        scope = self._select(within) or self._scope(within)
        options = [option for option in scope.all("option") if option.text == squeeze(label)]
        if options:
            return options[0] if len(options) == 1 else _ambiguous(label, "option", options)
        boxes = [each for each in fields_of(scope) if each.get("type") in ("radio", "checkbox")]
        return self._labelled(label, boxes)

    def _select(self, label: str) -> Node | None:
        """The list with that label, when there is one."""
        if not label:
            return None
        selects = self.page.all("select")
        return next((each for each in selects if squeeze(label) in self._spoken()[each]), None)

    def _one(self, text: str, nodes: Sequence[Node], what: str) -> Node:
        wanted = squeeze(text)
        for match in MATCHES:
            found = [n for n in nodes if match(wanted, n.text or n.get("aria-label"))]
            if not found:
                continue
            if len(found) > 1 and not self._do_the_same(found):
                _ambiguous(text, what, found)
            return found[0]
        raise Unexpected(f"no {what} {text!r} on {self.url}; there are {[n.text for n in nodes]}")

    def _do_the_same(self, nodes: list[Node]) -> bool:
        """Whether links lead to one place, or buttons send the same with one form."""
        if nodes[0].tag == "a":
            return len({node.get("href") for node in nodes}) == 1
        acts = {(node.get("name"), node.get("value"), node.get("formaction")) for node in nodes}
        return len(acts) == 1 and len({id(self._form_of(node)) for node in nodes}) == 1

    def _form_of(self, control: Node) -> Node:
        named = control.get("form")
        form = control.up("form")
        if named:
            form = next((f for f in self.page.all("form") if f.get("id") == named), None)
        if form is None:
            raise Unexpected(f"{control.text or control.get('name')} belongs to no form")
        return form

    def _values(self, form: Node) -> Pairs:
        return [
            (control.get("name"), value)
            for control in fields_in(self.page, form)
            for value in sent(control, self._files)
        ]


def _equal(wanted: str, text: str) -> bool:
    return text == wanted


def _begins(wanted: str, text: str) -> bool:
    return text.startswith(wanted)


def _contains(wanted: str, text: str) -> bool:
    return wanted in text


MATCHES = (_equal, _begins, _contains)


def _names_of(box: Node) -> list[str]:
    """What a part of the page is called: its own legend, heading, caption or label."""
    if box.tag not in CONTAINERS:
        return []
    own = _elements(box)
    if box.tag in ("li", "tr"):
        return [child.text for child in own]
    in_headers = [node for child in own if child.tag == "header" for node in _elements(child)]
    heads = [node for node in (*own, *in_headers) if node.tag in HEADS]
    return [node.text for node in heads] + [box.get("aria-label")]


def _elements(node: Node) -> list[Node]:
    return [child for child in node.children if isinstance(child, Node)]


def _is_error(node: Node) -> bool:
    return "err" in f"{node.get('id')} {node.get('class')}"


def _nested(nodes: list[Node]) -> bool:
    return all(outer in list(inner.around()) for outer, inner in pairwise(nodes))


def _ambiguous(text: str, what: str, found: list[Node]) -> NoReturn:
    seen = [(n.tag, n.get("name") or n.get("href"), n.text[:60]) for n in found]
    raise Unexpected(f"{len(found)} times {what} {text!r}: {seen}")
