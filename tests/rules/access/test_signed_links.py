"""Links are signed for one purpose and one version; those that open much live for half an hour from
when they were signed.
"""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel.access.links import LIVES, PATHS, LinkSigner, Target

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
SIGNET = LinkSigner("https://arshjulet.example", ("ny nyckel", "gammal nyckel"))
OWN = Target("own_data", "abc.def", 3)


@pytest.mark.parametrize("purpose", PATHS)
def test_a_link_is_read_as_it_was_signed_and_for_no_other_purpose(purpose: str) -> None:
    token = SIGNET.token(Target(purpose, "abc", 2), NOW)
    assert SIGNET.read(purpose, token, NOW) == Target(purpose, "abc", 2)
    assert [other for other in PATHS if other != purpose and SIGNET.read(other, token, NOW)] == []
    assert SIGNET.read(purpose, token[:-1], NOW) is None


def test_a_link_signed_with_the_key_before_still_opens() -> None:
    token = LinkSigner("", ("gammal nyckel",)).token(OWN, NOW)
    assert SIGNET.read("own_data", token, NOW) == OWN


@pytest.mark.parametrize(("minutes", "lives"), [(0, True), (30, True), (31, False), (-1, False)])
def test_what_opens_much_lives_for_half_an_hour(minutes: int, lives: bool) -> None:
    token = SIGNET.token(OWN, NOW)
    assert (SIGNET.read("own_data", token, NOW + dt.timedelta(minutes=minutes)) == OWN) is lives


def test_it_cannot_be_signed_or_read_without_knowing_the_time() -> None:
    for purpose in LIVES:
        with pytest.raises(ValueError, match=purpose):
            SIGNET.token(Target(purpose, "abc"))
        with pytest.raises(ValueError, match=purpose):
            SIGNET.read(purpose, "abc.1.x")


def test_other_links_say_nothing_of_time() -> None:
    target = Target("registration", "abc")
    assert (
        SIGNET.token(target, NOW)
        == SIGNET.token(target)
        == SIGNET.token(target, NOW + dt.timedelta(days=400))
    )
