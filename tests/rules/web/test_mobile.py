"""A mobile number is something that can be dialled, in whatever groups people write it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Flask
from wtforms.validators import ValidationError

from annualwheel.web.forms import Mobile


def said(typed: str) -> str:
    """What the form says of a number; "" when it takes it."""
    try:
        Mobile()(None, SimpleNamespace(data=typed))  # type: ignore[arg-type]
    except ValidationError as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0701234567",
        "070-123 45 67",
        "070\u2011123\u00a045\u00a067",
        "+46 (0)70 123 45 67",
        "0046701234567",
        "070/123 45 67",
        "070.123.45.67",
        "+47 912 34 567",
    ],
)
def test_what_can_be_dialled_is_taken_as_it_is_written(app: Flask, typed: str) -> None:
    with app.test_request_context():
        assert said(typed) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "hej",
        "070",
        "anna@kommun.example",
        "070-123 45 67 eller växeln",
        "1" * 16,
        "+46" + " " * 60 + "701234567",
        "٠٧٠١٢٣٤٥٦٧",
    ],
)
def test_what_cannot_be_dialled_is_refused_with_an_example(app: Flask, typed: str) -> None:
    with app.test_request_context():
        assert "070-123 45 67" in said(typed)
