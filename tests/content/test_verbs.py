"""The trail in words: everything the sources note about a meeting has a name in both languages, and
so stands in its log.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from annualwheel.web.wording import staff_words
from config import ROOT

Function = ast.FunctionDef
MEETING = 5  # actor, verb, subject, now, meeting
# Verbs of pages that are still to come, noted nowhere yet.
TO_COME = {"attended"}
# Verbs made of a state: what a new yes leads to, and what became of a request.
MADE = {
    "colleague.state": ("registered", "waitlisted"),
    "f'organisation_{request.state}'": ("organisation_granted", "organisation_refused"),
}


def verbs_in(tree: ast.Module) -> Iterator[str]:
    """The verbs of every `audit.note` that names a meeting: written there, chosen between two, or
    given to the function.
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    for function in functions:
        for call in calls_of(function, "audit.note"):
            if len(call.args) >= MEETING or "meeting_id" in [
                keyword.arg for keyword in call.keywords
            ]:
                yield from words_of(call.args[1], function, tree)


def calls_of(place: ast.AST, name: str) -> Iterator[ast.Call]:
    return (
        node
        for node in ast.walk(place)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    )


def words_of(given: ast.expr, function: Function, tree: ast.Module) -> Iterator[str]:
    if isinstance(given, ast.Constant):
        yield str(given.value)
    elif isinstance(given, ast.IfExp):
        yield from words_of(given.body, function, tree)
        yield from words_of(given.orelse, function, tree)
    elif ast.unparse(given) in MADE:
        yield from MADE[ast.unparse(given)]
    else:
        assert isinstance(given, ast.Name), f"a verb that cannot be read: {ast.unparse(given)}"
        yield from passed(given.id, function, tree)


def passed(name: str, function: Function, tree: ast.Module) -> Iterator[str]:
    """What the function's callers in the module give for `name`, its default, and what it is set to
    inside.
    """
    parameters = [argument.arg for argument in function.args.args]
    found = 0
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [
            name
        ]:
            yield from words_of(node.value, function, tree)
            found += 1
    if name in parameters:
        place = parameters.index(name)
        defaults = dict(zip(parameters[::-1], function.args.defaults[::-1], strict=False))
        given = [defaults[name]] if name in defaults else []
        for call in calls_of(tree, function.name):
            given += call.args[place : place + 1] + [
                keyword.value for keyword in call.keywords if keyword.arg == name
            ]
        for value in given:
            yield from words_of(value, function, tree)
            found += 1
    assert found, f"nothing is given for {name} of {function.name}"


def noted() -> dict[str, Path]:
    """Every verb, and a file that notes it."""
    return {
        verb: path
        for path in sorted((ROOT / "annualwheel").rglob("*.py"))
        for verb in verbs_in(ast.parse(path.read_text("utf-8")))
    }


def test_every_verb_of_the_trail_has_words_in_both_languages() -> None:
    found = noted()
    assert len(found) > 30
    missing = [
        f"{path.relative_to(ROOT)}: {verb}"
        for verb, path in found.items()
        if verb not in staff_words.EVENT
    ]
    assert not missing, "\n".join(missing)
    assert all(staff_words.EVENT[verb].sv and staff_words.EVENT[verb].en for verb in found)


def test_no_verb_has_words_that_nothing_notes() -> None:
    assert staff_words.EVENT.keys() - noted().keys() - TO_COME == set()


def test_verbs_are_read_however_they_are_written() -> None:
    source = (
        'def f(a, verb="one"):\n    audit.note(a, verb, a, a, 1)\n    audit.note(a, "two" if a '
        'else "three", a, a, meeting_id=1)\n    v = "four"\n'
        '    audit.note(a, v, a, a, 1)\n    audit.note(a, "no", a, a)\nf(1, "five")\n'
    )
    assert set(verbs_in(ast.parse(source))) == {"one", "two", "three", "four", "five"}
