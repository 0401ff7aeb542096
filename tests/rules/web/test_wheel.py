"""The picture of the year: every date in its month, readable without colour, right at the edges of
the year.
"""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

import pytest

from annualwheel.web.parts.wheel import (
    Caption,
    Centre,
    WheelMeeting,
    WheelPhase,
    angle,
    sweep,
    wheel,
)

D = dt.date
WORDS = Caption("Årshjulet 2027, bild", "Ring med <tolv> månader & tre möten")
WORK = WheelMeeting(
    "A",
    D(2027, 1, 22),
    (
        WheelPhase("invitation", D(2026, 11, 2), D(2026, 11, 15), "done"),
        WheelPhase("registration", D(2026, 11, 16), D(2026, 12, 11), "now", 0.72),
        WheelPhase("preparation", D(2026, 12, 12), D(2027, 1, 14), "todo"),
        WheelPhase("followup", D(2027, 1, 28), D(2027, 2, 19), "todo"),
    ),
    is_next=True,
)
CONFERENCE = WheelMeeting(
    "K", D(2027, 9, 24), (WheelPhase("registration", D(2027, 6, 7), D(2027, 8, 27), "todo"),)
)
TODAY = D(2026, 11, 23)


def draw(*meetings: WheelMeeting, today: dt.date = TODAY, **more: object) -> str:
    return wheel(meetings or (WORK, CONFERENCE), today, 2027, WORDS, **more)  # type: ignore[arg-type]


def classes(svg: str) -> list[str]:
    return [element.get("class", "") for element in ElementTree.fromstring(svg).iter()]


def digits(svg: str) -> list[str]:
    return [
        e.text or ""
        for e in ElementTree.fromstring(svg).iter("text")
        if "digit" in e.get("class", "")
    ]


def test_the_picture_is_well_formed_and_carries_no_style() -> None:
    ElementTree.fromstring(draw())
    assert "style=" not in draw()
    assert "<a" not in draw()


def test_the_picture_has_a_name_and_a_description() -> None:
    svg = ElementTree.fromstring(draw())
    names = {element.get("id"): element.text for element in svg if element.get("id")}
    assert svg.get("role") == "img"
    assert names[svg.get("aria-labelledby")] == WORDS.title
    assert names[svg.get("aria-describedby")] == WORDS.description


def test_every_id_begins_with_the_prefix() -> None:
    ids = re.findall(r' id="([^"]+)"', draw(prefix="ar27"))
    assert ids and all(name.startswith("ar27-") for name in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", draw(prefix="ar27"))) <= set(ids)


@pytest.mark.parametrize(
    ("day", "degrees"),
    [(D(2027, 1, 1), 0), (D(2027, 4, 1), 90), (D(2027, 7, 1), 180), (D(2027, 10, 1), 270)],
)
def test_a_quarter_begins_at_a_quarter(day: dt.date, degrees: float) -> None:
    assert angle(day) == degrees


@pytest.mark.parametrize("year", [2027, 2028, 2100])
def test_the_last_of_february_lies_in_february(year: int) -> None:
    last = D(year, 3, 1) - dt.timedelta(days=1)
    assert 30 < angle(last) < 60
    assert angle(D(year, 3, 1)) == 60


def test_leap_day_has_a_place_of_its_own() -> None:
    assert angle(D(2028, 2, 28)) < angle(D(2028, 2, 29)) < angle(D(2028, 3, 1))


def test_an_arc_over_new_year_is_as_long_as_its_days() -> None:
    assert sweep(D(2026, 12, 12), D(2027, 1, 14)) == pytest.approx(30 * 20 / 31 + 30 * 14 / 31)


def test_both_days_of_a_phase_are_included() -> None:
    assert sweep(D(2027, 4, 1), D(2027, 4, 30)) == 30


def test_a_phase_of_one_day_can_be_seen() -> None:
    assert sweep(D(2027, 1, 5), D(2027, 1, 5)) >= 0.9


def test_a_phase_longer_than_a_year_does_not_close_the_ring() -> None:
    assert sweep(D(2026, 1, 1), D(2027, 6, 1)) == 359


def test_done_going_on_and_to_come_are_drawn_in_three_ways() -> None:
    found = classes(draw())
    assert [found.count(name) for name in ("ph done", "ph now", "ph todo", "fill")] == [1, 1, 3, 1]


def test_the_fill_is_the_share_of_answers_and_never_more_than_the_arc() -> None:
    def fill(share: float) -> str:
        phase = WheelPhase("registration", D(2027, 6, 1), D(2027, 6, 30), "now", share)
        found = re.search(
            r'class="fill" d="([^"]+)"', draw(WheelMeeting("K", D(2027, 9, 24), (phase,)))
        )
        return found[1] if found else ""

    assert fill(0) == ""
    assert fill(0.5) != fill(1)
    assert fill(1.4) == fill(1)


def test_a_short_phase_has_no_digit_on_top_of_its_neighbours() -> None:
    short = WheelPhase("invitation", D(2027, 6, 1), D(2027, 6, 2), "todo")
    assert digits(draw(WheelMeeting("K", D(2027, 9, 24), (short,)), today=D(2027, 3, 1))) == [
        "I dag"
    ]


def test_a_digit_keeps_clear_of_the_line_of_today() -> None:
    phase = WheelPhase("registration", D(2027, 6, 1), D(2027, 6, 30), "now")

    def place(today: dt.date) -> float:
        svg = ElementTree.fromstring(draw(WheelMeeting("K", D(2027, 9, 24), (phase,)), today=today))
        return next(float(e.get("x", 0)) for e in svg.iter("text") if e.text == "2")

    assert place(D(2027, 6, 16)) != place(D(2027, 6, 1))


def test_the_next_meeting_is_marked() -> None:
    assert classes(draw()).count("meet next") == 1
    assert classes(draw()).count("meet") == 1


def test_the_month_and_the_day_of_today_are_marked() -> None:
    assert classes(draw()).count("rim now") == 1
    assert "I dag" in digits(draw())
    assert "Today" in digits(draw(language="en"))


def test_before_the_cycle_today_stands_outside_the_first_arc() -> None:
    assert "I dag" in digits(draw(today=D(2026, 10, 20)))


def test_today_is_left_out_when_it_belongs_to_another_turn() -> None:
    svg = draw(today=D(2026, 1, 15))
    assert "I dag" not in digits(svg)
    assert "rim now" not in classes(svg)
    assert "I dag" not in digits(draw(today=D(2028, 2, 1)))


def test_the_year_mark_names_the_year_before_only_when_the_cycle_begins_in_it() -> None:
    assert ">2026<" in draw()
    assert ">2026<" not in draw(CONFERENCE)
    assert ">2027<" in draw(CONFERENCE)


def test_the_months_speak_the_language_of_the_page() -> None:
    assert ">maj<" in draw() and ">okt<" in draw()
    assert ">May<" in draw(language="en") and ">Oct<" in draw(language="en")


def test_words_in_the_middle_are_escaped_and_shrunk_to_fit() -> None:
    svg = draw(centre=Centre("60", ("dagar till", "ett mycket långt namn <på> ett möte")))
    sizes = [
        float(e.get("font-size", 0))
        for e in ElementTree.fromstring(svg).iter("text")
        if "långt" in (e.text or "")
    ]
    assert sizes[0] < 15
    assert "&lt;på&gt;" in svg


def test_an_empty_year_is_an_empty_wheel() -> None:
    svg = wheel((), TODAY, 2027, WORDS)
    assert not {"ph todo", "meet", "lane"} & set(classes(svg))
    assert classes(svg).count("rim") == 11


def test_a_fourth_meeting_is_refused() -> None:
    with pytest.raises(ValueError, match="3 lanes"):
        draw(WORK, WORK, WORK, WORK)
