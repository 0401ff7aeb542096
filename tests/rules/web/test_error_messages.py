"""Every rule that says no has a sentence: what the sources raise is compared with the words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import annualwheel
from annualwheel.registrations.states import TABLE
from annualwheel.web.error_messages import SENTENCES

ERRORS = {"Refused", "Closed", "Missing", "Unreadable", "TooMany"}
# Keys that are put together: an action of the state table, a phase that asks for something.
MADE = {
    *(f"cannot_{action}" for _, action in TABLE),
    *(
        f"{kind}_{why}"
        for kind in ("registration", "change", "preparation")
        for why in ("not_open", "closed")
    ),
}
# Never reached by a press: nobody asks a page to move, promote or lapse a registration.
SILENT = {"cannot_lapse", "cannot_move_back"}


def keys() -> Iterator[str]:
    """The first argument of every error that is made in the sources, where it is written out."""
    for file in Path(annualwheel.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ERRORS
                and node.args
            ):
                yield from _texts(node.args[0])


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def test_everything_that_is_refused_has_a_sentence() -> None:
    raised = set(keys()) | MADE - SILENT
    assert len(raised) > 40
    assert raised - SENTENCES.keys() == set()


def test_no_sentence_is_left_over() -> None:
    sources = " ".join(
        file.read_text("utf-8")
        for file in Path(annualwheel.__file__).parent.rglob("*.py")
        if file.name not in ("error_messages.py", "acting.py")
    )
    assert {key for key in SENTENCES if f'"{key}"' not in sources} - MADE == set()
