"""What may be kept of a text that comes from outside.

Every text of a form, a cell, an address, JSON or a mail server passes here before it is compared,
normalised or stored. All of it takes time in proportion to the length.
"""

from __future__ import annotations

import re
import unicodedata

# - Control characters but for tab and line ends: PostgreSQL refuses NUL, XML (so Excel) the others.
# - Half of a pair of surrogates, which JSON can carry: no page and no file can hold it.
# - U+FFFE and U+FFFF: XML cannot write them, and one of them made a whole pack unreadable.
# - The marks that turn the direction of what follows (Unicode TR 36, 2.8): a name with one in it
#   would turn the rest of the line.
UNKEPT = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
# Signs without width: nobody sees them, and two names that look alike would not be the same. An
# answer keeps them, since they join the parts of some pictures and of some languages' letters.
UNSEEN = re.compile("[\xad\u200b-\u200f\u2060\ufeff]")
# Control characters that are signs of Windows-1252, read as if they were of Latin-1: curly quotes
# and dashes, above all.
WINDOWS = {chr(code): bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
# So many marks on one letter are normalised (UAX 15, 13: the Stream-Safe Text Format). The time
# grows with the square of their number, and no language has more.
MOST_MARKS = 30
# It begins only where the address can: from every letter of a long text it would take the square.
ADDRESS = re.compile(r"(?<![^\s\"'<>:@])[^\s\"'<>:@]++@[^\s\"'<>,;]+")
# Where there may be more: no mark is a letter or a digit.
_MANY_SIGNS = re.compile(rf"[^\w\s\0-\x7f]{{{MOST_MARKS + 1},}}")


def kept(text: str) -> str:
    """The text as it may be stored: line breaks and spaces stay, what no store can hold does not.

    Any text may be normalised after this.
    """
    without = UNKEPT.sub(lambda found: WINDOWS.get(found[0], ""), text)
    return _MANY_SIGNS.sub(_bounded, without)


def without_addresses(text: str) -> str:
    """The text with a word in place of each address: for the log, and for words of a mail server
    that others than the recipient's own page show."""
    return ADDRESS.sub("<adress>", text)


def one_line(text: str) -> str:
    """A name, a title or a cell: `kept`, NFC, without what nobody sees, single spaces."""
    # NFC: an å may come as one character or as two, and both look the same.
    # The unseen first: what they kept apart could be more marks than are normalised.
    normal = unicodedata.normalize("NFC", kept(UNSEEN.sub("", text)))
    return re.sub(r"\s+", " ", normal).strip()


def _bounded(found: re.Match[str]) -> str:
    marks, signs = 0, []
    for sign in found[0]:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            signs.append(sign)
    return "".join(signs)
