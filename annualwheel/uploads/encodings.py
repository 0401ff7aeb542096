"""Finds out in which encoding a text was saved, and which others it may have been.

The letters tell: those of our languages are other bytes in each encoding, and what is a letter in
one is a sign that no name holds in the others.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from annualwheel.errors import Unreadable

# Windows, Macintosh, and DOS, which older systems still export in.
OF_ONE_BYTE = ("cp1252", "mac_roman", "cp850")
OURS = frozenset("åäöÅÄÖ")
# Letters of names in Sweden beside our own, and the signs that programs put into text.
USUAL = OURS | frozenset("éÉèÈêëüÜáàâãçñøØæÆóòôõíìîïúùûýšžß–—’‘“”…·\u00a0«»°§´€")
# So many characters around a letter show which word it is.
WORD = re.compile(r"[^\s;,\t]{0,20}[^\0-\x7f][^\s;,\t]{0,20}")
# How Python keeps a byte that is none of UTF-8 (PEP 383).
FOREIGN = re.compile("[\udc80-\udcff]")
SAMPLES = 3
# What is looked at to tell an encoding: enough for any list, and it takes no time.
LOOKED_AT = 200_000


@dataclass(frozen=True)
class Decoded:
    """A text, the encoding it was read in, and some of its words that show whether that is right.

    `certain`: no other encoding gives words.
    """

    text: str
    encoding: str
    words: tuple[str, ...] = ()
    certain: bool = True


def readings(content: bytes) -> list[Decoded]:
    """What a text may say, the likeliest first. Raises `Unreadable` for what is no text.

    Excel saves "Unicode text" in UTF-16, and "CSV" in UTF-8 or in what the machine writes.
    """
    found = [one for one in _readings(content) if "\0" not in one.text]
    if not found:
        raise Unreadable("file_unknown")
    return found


def _readings(content: bytes) -> list[Decoded]:
    if (encoding := _of_two_bytes(content)) is not None:
        return _decoded(content, encoding)
    if plain := _decoded(content, "utf-8-sig"):
        return plain
    if mended := _with_foreign_bytes(content):
        return [mended]
    return _of_one_byte(content)


def _of_two_bytes(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark: our letters have a zero in every other byte.
    zeros = content[1:200:2].count(0)
    return "utf-16-le" if zeros > len(content[1:200:2]) / 2 else None


def _decoded(content: bytes, encoding: str) -> list[Decoded]:
    try:
        return [Decoded(content.decode(encoding), encoding.removesuffix("-sig"))]
    except UnicodeDecodeError:
        return []


def _with_foreign_bytes(content: bytes) -> Decoded | None:
    """UTF-8 with some bytes of another encoding, as when lists are pasted together.

    None when there are as many foreign bytes as letters of UTF-8.
    """
    text = content.decode("utf-8-sig", "surrogateescape")
    foreign = FOREIGN.findall(text)
    if len(foreign) * 2 >= len(text) - len(text.encode("ascii", "ignore")):
        return None
    lone = "".join(foreign[:LOOKED_AT]).encode("utf-8", "surrogateescape")
    encoding = max(OF_ONE_BYTE, key=lambda one: _usual(lone.decode(one, "replace")))
    words = tuple(_shown(one, encoding) for one in WORD.findall(text) if FOREIGN.search(one))
    return Decoded(_shown(text, encoding), "utf-8", words[:SAMPLES], certain=False)


def _shown(text: str, encoding: str) -> str:
    """The text with its foreign bytes read in `encoding`."""
    return FOREIGN.sub(
        lambda found: found[0].encode("utf-8", "surrogateescape").decode(encoding, "replace"), text
    )


def _of_one_byte(content: bytes) -> list[Decoded]:
    """The text in each encoding of one byte, best first; the first alone when that is certain."""
    seen = content[:LOOKED_AT].translate(None, bytes(range(0x80)))
    signs = {one: seen.decode(one, "replace") for one in OF_ONE_BYTE}
    # Of two that fit as well, the one that Windows writes.
    order = sorted(OF_ONE_BYTE, key=lambda one: _usual(signs[one]), reverse=True)
    fits = [one for one in order if USUAL.issuperset(signs[one])]
    if fits == order[:1]:
        order = fits
    return [_in_encoding(content, one, len(order) == 1) for one in order]


def _in_encoding(content: bytes, encoding: str, certain: bool) -> Decoded:
    text = content.decode(encoding, "replace")
    return Decoded(text, encoding, tuple(WORD.findall(text[:LOOKED_AT])[:SAMPLES]), certain)


def _usual(text: str) -> float:
    """How many of the signs are usual; our own letters count most, other letters least."""
    return sum(_weight(sign) for sign in text)


def _weight(sign: str) -> float:
    if sign in OURS:
        return 1
    if sign in USUAL:
        return 0.5
    return 0.2 if unicodedata.category(sign).startswith("L") else 0
