"""A page as a tree: small, strict, read with the standard library's parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}
# Elements whose end tag HTML allows us to leave out are written out in our templates, so a missing
# one is a mistake.
SILENT = {"script", "style", "template", "head"}
BLOCK = {
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "tr",
    "td",
    "th",
    "table",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "form",
    "fieldset",
    "legend",
    "label",
    "button",
    "h1",
    "h2",
    "h3",
    "h4",
    "br",
    "small",
    "option",
    "summary",
}
# Spans that the stylesheet puts on a line of their own.
BLOCK_CLASSES = {"caption", "meta"}


class Unexpected(AssertionError):
    """A page is not what its reader counts on; the message says where and how."""


@dataclass(eq=False)
class Node:
    """An element. `children` are elements and pieces of text."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)
    # A whole page knows its elements in order, since it is asked for them again and again.
    known: list[Node] | None = None

    def walk(self) -> Iterator[Node]:
        """This element and all below it, in document order."""
        if self.known is not None:
            yield from self.known
            return
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(child for child in reversed(node.children) if isinstance(child, Node))

    def all(self, *tags: str) -> list[Node]:
        """The elements below with one of these names."""
        return [node for node in self.walk() if node.tag in tags and node is not self]

    def up(self, *tags: str) -> Node | None:
        """The nearest element around this one with one of these names."""
        node = self.parent
        while node is not None and node.tag not in tags:
            node = node.parent
        return node

    def around(self) -> Iterator[Node]:
        """The elements around this one, nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    @property
    def raw(self) -> str:
        """All text below, as it stands in the source."""
        return "".join(child if isinstance(child, str) else child.raw for child in self.children)

    @property
    def text(self) -> str:
        """What is read: text below with single spaces.

        Without scripts and without what aria-hidden or hidden takes away.
        """
        return squeeze("".join(_texts(self)))

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attrs.get(name, default)


def squeeze(text: str) -> str:
    """Single spaces, soft hyphens away."""
    return re.sub(r"\s+", " ", text.replace("\xad", "")).strip()


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif _is_read(child):
            gap = " " if _on_own_line(child) else ""
            yield gap
            yield from _texts(child)
            yield gap


def _is_read(node: Node) -> bool:
    hidden = "hidden" in node.attrs or node.get("aria-hidden") == "true"
    return node.tag not in SILENT and not hidden


def _on_own_line(node: Node) -> bool:
    return node.tag in BLOCK or not BLOCK_CLASSES.isdisjoint(node.get("class").split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("#document")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            raise Unexpected(f"<{tag}> at line {self.getpos()[0]} has an attribute twice: {names}")
        node = Node(tag, {name: value or "" for name, value in attrs}, self.open[-1])
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            raise Unexpected(f"</{tag}> at line {self.getpos()[0]} closes <{self.open[-1].tag}>")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Node:
    """The tree of a page. Raises `Unexpected` when tags are not closed in order."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    if builder.open != [builder.root]:
        raise Unexpected(f"<{builder.open[-1].tag}> is never closed")
    builder.root.known = [*builder.root.walk()]
    return builder.root
