"""Sample answers are as long, and as untidy, as those that people write."""

from __future__ import annotations

import pytest

from annualwheel.demo import prose
from annualwheel.demo.initiatives import INITIATIVES

TEXTS = [
    prose.told(begins, prose.dice_of(sample.title, place))
    for sample in INITIATIVES
    for place, begins in enumerate(
        (sample.goal, sample.difficult, sample.success, sample.create, sample.breaks, sample.keep)
    )
]


def test_half_of_them_are_long_and_some_are_lists_with_many_line_breaks() -> None:
    long = [text for text in TEXTS if 400 <= len(text) <= 1000]
    assert 0.4 < len(long) / len(TEXTS) < 0.65
    assert max(len(text) for text in TEXTS) > 800
    assert sum(text.count("\n") >= 30 for text in TEXTS) > 1


@pytest.mark.parametrize("most", [60, 300, 500, 600, 1000])
def test_none_is_longer_than_its_question_allows(most: int) -> None:
    for number in range(200):
        text = prose.told(TEXTS[number % len(TEXTS)][:200], prose.dice_of(number), most)
        assert 0 < len(text) <= most


def test_the_same_dice_give_the_same_text() -> None:
    assert prose.told("Vi börjar.", prose.dice_of("a", 1)) == prose.told(
        "Vi börjar.", prose.dice_of("a", 1)
    )
