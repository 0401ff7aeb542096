"""Where a line may break, and where it may not."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# A tag, or a word with a hyphen behind its first letter.
HYPHENED = re.compile(r"<[^<>]*>|(?P<word>\b[eE]-(?:post|mail)\w*)")


def breakable(text: str) -> Markup:
    """A text that may break before the @ of an address.

    Broken elsewhere, the first line would look like the whole address.
    """
    return Markup(re.sub(r"(?<=\w)@(?=\w)", "<wbr>@", str(escape(text))))  # noqa: S704 it is escaped


def unbroken(text: str) -> Markup:
    """A label, or the heading of a column, that breaks no line inside *e-post* or *e-mail*.

    Not for what lays its parts out side by side, as a button does: the word would be a part.
    A style, and no sign for a hyphen that does not break: people search a page for the usual one,
    and some screen readers read the other as nothing.
    """
    return Markup(HYPHENED.sub(_whole, str(escape(text))))  # noqa: S704 it is escaped


def _whole(found: re.Match[str]) -> str:
    word = found["word"]
    return f'<span class="unbroken">{word}</span>' if word else found[0]
