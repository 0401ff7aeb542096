"""The fields of a page: what they are called, and what a browser sends for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rehearse.dom import Node

FIELDS = ("input", "select", "textarea")
NOT_FIELDS = ("hidden", "submit", "button", "image", "reset")


@dataclass(frozen=True)
class Attachment:
    """A file chosen in a file field."""

    name: str
    content: bytes


Pairs = list[tuple[str, str | Attachment]]


def fields_of(page: Node) -> list[Node]:
    """What can be filled in or chosen."""
    return [node for node in page.all(*FIELDS) if node.get("type") not in NOT_FIELDS]


def labels_of(page: Node, control: Node) -> list[Node]:
    """The labels that are tied to a field, by id or by being around it."""
    own = control.get("id")
    named = [label for label in page.all("label") if label.get("for") == own]
    return _labels(control, {own: named})


def _labels(control: Node, tied: dict[str, list[Node]]) -> list[Node]:
    found = tied.get(control.get("id"), []) if control.get("id") else []
    around = control.up("label")
    return found + ([around] if around is not None and around not in found else [])


def spoken(page: Node) -> dict[Node, list[str]]:
    """What every field on the page is called.

    One walk for all of them: there are pages with hundreds of boxes.
    """
    tied: dict[str, list[Node]] = {}
    for label in page.all("label"):
        tied.setdefault(label.get("for"), []).append(label)
    names = {}
    for control in page.all(*FIELDS):
        labels = [label.text for label in _labels(control, tied)]
        names[control] = [*labels, control.get("aria-label")]
    return names


def fields_in(page: Node, form: Node) -> list[Node]:
    """Everything that belongs to a form, hidden fields too, wherever it stands on the page."""
    return [control for control in page.all(*FIELDS) if _belongs(control, form)]


def _belongs(control: Node, form: Node) -> bool:
    named = control.get("form")
    return named == form.get("id") if named else control.up("form") is form


def sent(control: Node, files: Mapping[Node, Attachment]) -> Sequence[str | Attachment]:
    """The values a browser sends for a field: none, one or several."""
    kind = control.get("type")
    if not control.get("name") or _disabled(control):
        return []
    if control.tag == "select":
        return _chosen(control)
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if "checked" in control.attrs else []
    if kind == "file":
        return [files.get(control, Attachment("", b""))]
    return [] if kind in ("submit", "button", "image", "reset") else [text_of(control)]


def text_of(control: Node) -> str:
    """What is typed.

    A browser leaves out the first line break of a textarea and sends the others as CRLF.
    """
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
    fieldsets = (box for box in control.around() if box.tag == "fieldset")
    return any("disabled" in node.attrs for node in (control, *fieldsets))


def drop(attribute: str, nodes: Iterable[Node]) -> None:
    """Takes an attribute off several elements."""
    for node in nodes:
        node.attrs.pop(attribute, None)
