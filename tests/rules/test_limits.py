"""Attempts are counted for the network they come from, however many addresses it has."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from annualwheel import limits
from annualwheel.errors import TooMany
from tests.conftest import START

HOUR = dt.timedelta(hours=1)


def tries(*clients: str, at_most: int = 2) -> int:
    """How many of the attempts are let through."""
    for number, client in enumerate(clients):
        try:
            limits.count_network("try", client, START, at_most, HOUR)
        except TooMany:
            return number
    return len(clients)


@pytest.mark.parametrize(
    ("client", "others"),
    [
        ("192.0.2.7", ["192.0.2.7", "192.0.2.7"]),
        ("192.0.2.7", ["::ffff:192.0.2.7", "192.0.2.7"]),
        ("2001:db8:0:1::1", ["2001:db8:0:1::2", "2001:db8:0:1:ffff::3"]),
        ("fe80::1%eth0", ["fe80::2%eth0", "fe80::3"]),
        ("", ["", ""]),
    ],
)
def test_all_addresses_of_a_network_are_one(session: Any, client: str, others: list[str]) -> None:
    assert tries(client, *others) == 2


@pytest.mark.parametrize(
    "clients",
    [
        ["192.0.2.7", "192.0.2.7", "192.0.2.8", "192.0.2.8"],
        ["2001:db8:0:1::1", "2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:2::1"],
    ],
)
def test_a_neighbour_has_attempts_of_their_own(session: Any, clients: list[str]) -> None:
    assert tries(*clients) == len(clients)


def test_a_customer_with_many_networks_has_some_times_as_many(session: Any) -> None:
    inside = [f"2001:db8:0:1{number:02x}::1" for number in range(20)]
    assert tries(*inside) == 2 * limits.WIDE
    assert tries("2001:db8:0:200::1") == 1
