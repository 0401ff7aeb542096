"""What a cell can hold of a text, and how many lines it takes there."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from annualwheel.wording import cleaning

# Excel's limits, in UTF-16 code units. Longer texts are cut without a word, longer titles refused.
CELL_LIMIT = 32_767
TITLE_LIMIT = 31
# Texts up to this length are worth remembering, and fit into a cell whatever they hold.
SHORT = 100
FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# Excel reads _x000D_ in a text as a control character; written with its own escape it stays the
# seven signs somebody typed.
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class Cleaned(str):
    """A text that is as a cell holds it: cleaned once more it would show its own escapes."""


def cleaned(value: str) -> str:
    """What Excel can hold of the text, shown as it was typed."""
    if isinstance(value, Cleaned):
        return value
    return _short(value) if len(value) <= SHORT else _cleaned(value)


def _cleaned(value: str) -> str:
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    text: str = cleaning.kept(value)
    return LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text


# Names, questions and kinds are the same on thousands of rows.
_short = functools.lru_cache(maxsize=4096)(_cleaned)


def fits_in_cell(text: str) -> bool:
    """Whether a cell holds the whole text."""
    # No sign takes more than two units, so most texts need not be counted.
    if len(text) <= CELL_LIMIT // 2:
        return True
    return len(text) + sum(1 for character in text if character > "\uffff") <= CELL_LIMIT


def split(text: str, limit: int = CELL_LIMIT) -> list[str]:
    """The text in parts of at most `limit` UTF-16 code units, which is how Excel counts."""
    parts: list[str] = []
    current: list[str] = []
    size = 0
    for character in text:
        # A sign outside the basic plane takes two units, and is never split between two parts.
        width = 2 if character > "\uffff" else 1
        if size + width > limit:
            parts.append("".join(current))
            current, size = [], 0
        current.append(character)
        size += width
    return [*parts, "".join(current)]


def tab_title(wanted: str, ending: str = "") -> str:
    """What can stand on a sheet's tab: as many whole words as fit, and the ending."""
    base = FORBIDDEN_IN_TITLE.sub(" ", wanted).strip().strip("'").strip() or "Blad"
    fits = split(base, TITLE_LIMIT - len(ending))[0]
    if fits != base and " " in fits:
        fits = fits.rsplit(" ", 1)[0]
    return fits.strip() + ending


def count_lines(text: str, letters: int) -> int:
    """How many lines of so many letters a text takes when words stay whole."""
    return sum([_lines_of(part, letters) for part in text.split("\n")])


def _lines_of(paragraph: str, letters: int) -> int:
    if len(paragraph) <= letters:
        return 1
    return sum(1 for _line in _wrapped(paragraph, letters))


def _wrapped(paragraph: str, letters: int) -> Iterator[str]:
    """The lines of a paragraph, each with the space that it ends in.

    A word longer than a line is broken.
    """
    line, words = "", paragraph.split(" ")
    for number, word in enumerate(words):
        if line and len(line) + len(word) > letters:
            yield line
            line = ""
        line += word
        while len(line) > letters:
            yield line[:letters]
            line = line[letters:]
        if number + 1 < len(words):
            line += " "
    yield line


def in_parts(text: str, letters: int, most: int) -> list[str]:
    """The text in parts of at most `most` lines of so many letters each.

    Words stay whole; the parts put together are the text, less the breaks between them.
    """
    if count_lines(text, letters) <= most:
        return [text]
    parts: list[str] = []
    current, lines = "", 0
    for paragraph in text.split("\n"):
        for number, line in enumerate(_wrapped(paragraph, letters)):
            if lines == most:
                parts.append(current.rstrip(" "))
                current, lines = "", 0
            begins = number == 0 and lines > 0
            current, lines = f"{current}\n{line}" if begins else current + line, lines + 1
    return [*parts, current]
