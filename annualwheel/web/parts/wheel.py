"""The year as a picture: plain data in, one SVG element as text out.

Nothing is told by colour alone. A lane is a meeting (the outermost first), the letter in a disc is
its day, the digit in an arc is the phase. A solid arc is done, an outlined one is ahead, a hatched
one is open. The solid part of an open arc is the share of answers and the line shows today, so
solid past the line is ahead of plan. Colours come from the stylesheet's `.wheel` rules. The picture
holds no links: the cards and the table next to it have them.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians, sin
from typing import Literal

from annualwheel.wording.dates import SHORT_MONTHS

MIDDLE = 210.0
LANES = (171.0, 146.0, 121.0)
THICKNESS = 20.0
RIM = 196.0
INSIDE = 109.0
DISC = 15.0
TODAY = {"sv": "I dag", "en": "Today"}
DIGITS = {"invitation": 1, "registration": 2, "preparation": 3, "followup": 4}


@dataclass(frozen=True)
class WheelPhase:
    """One phase of a meeting, from its first to its last day, both included.

    `kind` is one of `DIGITS`.

    `share` of answers, between 0 and 1.
    """

    kind: str
    opens: dt.date
    closes: dt.date
    state: Literal["done", "now", "todo"]
    share: float = 0.0


@dataclass(frozen=True)
class WheelMeeting:
    """One lane. `is_next` marks the meeting ahead."""

    letter: str
    held_on: dt.date
    phases: Sequence[WheelPhase] = ()
    is_next: bool = False


@dataclass(frozen=True)
class Centre:
    """The words in the middle: one large, as "60" or "Klart", and lines below it."""

    large: str = ""
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Caption:
    """What a screen reader reads instead of the picture."""

    title: str
    description: str


def wheel(
    meetings: Sequence[WheelMeeting],
    today: dt.date,
    year: int,
    caption: Caption,
    *,
    centre: Centre = Centre(),
    language: str = "sv",
    prefix: str = "hjul",
) -> str:
    """An SVG element for the cycle named `year`, with at most three meetings (`ValueError` if
    more).

    `today` is a day in Stockholm; it is drawn only while the turn of the wheel it belongs to is
    this one. `prefix` starts every id, so that two wheels can share a page.
    """
    if len(meetings) > len(LANES):
        raise ValueError(f"the wheel has {len(LANES)} lanes")
    shown = today if _is_in_this_turn(meetings, today) else None
    # What is drawn later lies on top: the line of today crosses the lanes.
    parts = [*_opening(caption, prefix), *_rim(shown, language), *_year_mark(meetings, year)]
    for radius, meeting in zip(LANES, meetings, strict=False):
        parts += _lane(meeting, radius, shown, prefix)
    if shown:
        parts += _today(shown, TODAY[language])
    return "".join([*parts, *_centre(centre), "</g></svg>"])


def angle(day: dt.date) -> float:
    """Degrees clockwise from twelve.

    Every month has 30, so that a day always lies in its own month, leap day or not.
    """
    return 30 * (day.month - 1) + 30 * (day.day - 1) / monthrange(day.year, day.month)[1]


def sweep(opens: dt.date, closes: dt.date) -> float:
    """Degrees from the morning of `opens` to the evening of `closes`: over new year too, never a
    full turn.
    """
    after = closes + dt.timedelta(days=1)
    turns = angle(after) - angle(opens) + 360 * (after.year - opens.year)
    # An SVG arc that ends where it began draws nothing, and one of a day or less could not be seen.
    return min(max(turns, 0.9), 359)


def _point(radius: float, degrees: float) -> tuple[float, float]:
    return MIDDLE + radius * sin(radians(degrees)), MIDDLE - radius * cos(radians(degrees))


def _segment(radius: float, thickness: float, start: float, extent: float) -> str:
    """The outline of a piece of a ring, clockwise from `start`."""
    outer, inner, large = radius + thickness / 2, radius - thickness / 2, int(extent > 180)
    corners = [
        _point(r, a)
        for r, a in (
            (outer, start),
            (outer, start + extent),
            (inner, start + extent),
            (inner, start),
        )
    ]
    a, b, c, d = (f"{x:.1f} {y:.1f}" for x, y in corners)
    return f"M{a}A{outer:g} {outer:g} 0 {large} 1 {b}L{c}A{inner:g} {inner:g} 0 {large} 0 {d}Z"


def _is_in_this_turn(meetings: Sequence[WheelMeeting], today: dt.date) -> bool:
    """Whether today's line would be among dates of its own year, and not of the year after."""
    days = [
        day
        for meeting in meetings
        for phase in meeting.phases
        for day in (phase.opens, phase.closes)
    ]
    days += [meeting.held_on for meeting in meetings]
    if not days:
        return True
    turn = dt.timedelta(days=365)
    return max(days) - turn < today < min(days) + turn or min(days) <= today <= max(days)


def _opening(caption: Caption, prefix: str) -> Iterator[str]:
    yield (
        f'<svg viewBox="0 0 420 432" role="img" aria-labelledby="{prefix}-titel" '
        f'aria-describedby="{prefix}-text" focusable="false">'
        f'<title id="{prefix}-titel">{escape(caption.title)}</title>'
        f'<desc id="{prefix}-text">{escape(caption.description)}</desc>'
        f'<defs><pattern id="{prefix}-skraffering" width="6" height="6" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="hatch-ground" width="6" height="6"/>'
        '<rect class="hatch-line" width="2.2" height="6"/></pattern></defs>'
        '<g transform="translate(0 12)">'
    )


def _rim(today: dt.date | None, language: str) -> Iterator[str]:
    for month, name in enumerate(SHORT_MONTHS[language]):
        middle = month * 30 + 15
        x, y = _point(RIM, middle)
        # The names in the lower half are turned round, or they would be upside down.
        upright = middle if middle < 90 or middle > 270 else middle - 180
        now = " now" if today and today.month == month + 1 else ""
        yield (
            f'<path class="rim{now}" d="{_segment(RIM, 24, month * 30, 30)}"/>'
            f'<text transform="translate({x:.1f} {y:.1f}) rotate({upright})" y="5" '
            f'text-anchor="middle" font-size="16">{name}</text>'
        )


def _year_mark(meetings: Sequence[WheelMeeting], year: int) -> Iterator[str]:
    first = min(
        (day for m in meetings for day in (m.held_on, *(p.opens for p in m.phases))),
        default=dt.date(year, 1, 1),
    )
    yield f'<path class="newyear" d="M210 -3V26"/><text x="217" y="-1" font-size="14">{year}</text>'
    if first.year < year:
        yield f'<text x="203" y="-1" text-anchor="end" font-size="14">{year - 1}</text>'


def _lane(
    meeting: WheelMeeting, radius: float, today: dt.date | None, prefix: str
) -> Iterator[str]:
    yield (
        f'<circle class="lane" cx="{MIDDLE:g}" cy="{MIDDLE:g}" r="{radius:g}" '
        f'stroke-width="{THICKNESS:g}"/>'
    )
    for phase in meeting.phases:
        yield from _arc(phase, radius, prefix)
    # The disc of the meeting's day and the line of today lie on top of the arcs, so a digit is put
    # where neither hides it.
    taken = [(angle(meeting.held_on), DISC + 2)] + ([(angle(today), 3.0)] if today else [])
    for phase in meeting.phases:
        yield from _digit(phase, radius, taken)
    x, y = _point(radius, angle(meeting.held_on))
    disc, letter = ("meet next", "letter") if meeting.is_next else ("meet", "letter inv")
    yield (
        f'<circle class="{disc}" cx="{x:.1f}" cy="{y:.1f}" r="{DISC:g}"/>'
        f'<text class="{letter}" x="{x:.1f}" y="{y + 6:.1f}" '
        f'text-anchor="middle" font-size="17">{escape(meeting.letter)}</text>'
    )


def _arc(phase: WheelPhase, radius: float, prefix: str) -> Iterator[str]:
    start, extent = angle(phase.opens), sweep(phase.opens, phase.closes)
    margin = min(0.5, extent / 6)
    fill = f' fill="url(#{prefix}-skraffering)"' if phase.state == "now" else ""
    yield (
        f'<path class="ph {phase.state}"{fill} '
        f'd="{_segment(radius, THICKNESS - 2, start + margin, extent - 2 * margin)}"/>'
    )
    share = min(max(phase.share, 0.0), 1.0)
    if phase.state == "now" and share:
        room = extent - 4 * margin
        filled = _segment(radius, THICKNESS - 6, start + 2 * margin, room * share)
        yield f'<path class="fill" d="{filled}"/>'


def _digit(phase: WheelPhase, radius: float, taken: Sequence[tuple[float, float]]) -> Iterator[str]:
    start, extent = angle(phase.opens), sweep(phase.opens, phase.closes)
    length = radians(extent) * radius
    free = [
        share
        # The middle first, then outwards by turns: the digit belongs as near the middle as it fits.
        for share in (0.5, 0.56, 0.44, 0.65, 0.35, 0.75, 0.25)
        if min(share, 1 - share) * length >= 8
        and all(
            _apart(start + extent * share, other) * radius >= width + 8 for other, width in taken
        )
    ]
    # A phase too short for a digit is named in the table.
    if not free:
        return
    x, y = _point(radius, start + extent * free[0])
    if phase.state == "now":
        yield f'<circle class="halo" cx="{x:.1f}" cy="{y:.1f}" r="9"/>'
    digit = "digit inv" if phase.state == "done" else "digit"
    yield (
        f'<text class="{digit}" x="{x:.1f}" y="{y + 5:.1f}" '
        f'text-anchor="middle" font-size="15">{DIGITS[phase.kind]}</text>'
    )


def _apart(one: float, other: float) -> float:
    """The angle between two directions, in radians."""
    return radians(abs((one - other + 180) % 360 - 180))


def _today(today: dt.date, word: str) -> Iterator[str]:
    degrees = angle(today)
    half = 5 + 4.2 * len(word)
    # The label is moved inwards just so far that its farthest corner is inside the innermost lane.
    reach = INSIDE - half * abs(sin(radians(degrees))) - 12 * abs(cos(radians(degrees)))
    (x0, y0), (x1, y1), (x, y) = (
        _point(reach, degrees),
        _point(RIM - 13, degrees),
        _point(reach, degrees),
    )
    line = f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
    yield (
        f'<path class="today under" d="{line}"/><path class="today" d="{line}"/>'
        f'<rect class="todayhead" x="{x - half:.1f}" y="{y - 12:.1f}" '
        f'width="{2 * half:.1f}" height="24" rx="12"/>'
        f'<text class="digit" x="{x:.1f}" y="{y + 5:.1f}" '
        f'text-anchor="middle" font-size="14">{word}</text>'
    )


def _centre(centre: Centre) -> Iterator[str]:
    size = 40 if len(centre.large) <= 3 else 30
    yield (
        f'<text class="large" x="210" y="205" text-anchor="middle" font-size="{size}">'
        f"{escape(centre.large)}</text>"
    )
    for number, line in enumerate(centre.lines):
        # About 0.55 of the font size for each character: the line must fit inside the innermost
        # lane.
        fitted = min(15.0, 116 / (0.55 * max(len(line), 1)))
        yield (
            f'<text x="210" y="{227 + 19 * number}" text-anchor="middle" font-size="{fitted:.1f}">'
            f"{escape(line)}</text>"
        )
