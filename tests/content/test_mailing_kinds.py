"""Every kind of mailing that stands is whole: its texts, its words in both languages, its pictures.

Whoever adds a kind and forgets something is told here what it is (docs/recipes/add-a-mailing.md).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from annualwheel.mail.kinds import KINDS
from annualwheel.mail.letters import FOLDER, LANGUAGES
from annualwheel.mailings import drafts, kinds
from annualwheel.mailings.kinds import registry
from annualwheel.questionnaires import opening
from annualwheel.web.coordinator.mailings import dead_ends, kind_words
from annualwheel.web.wording import staff_words
from config import ROOT
from scenes.mails import sample
from scenes.table import SCENES

# What an act announces has no page of its own: the page of the act shows its mail.
ACTS = {"moved": "coordinator.move", "cancelled": "coordinator.cancel"}
BASES = {"__init__", "announced", "asked", "composed", "kind", "registry", "rows"}
RECIPE = ROOT / "docs" / "recipes" / "add-a-mailing.md"


def lacking() -> Iterator[str]:
    """What is missing, a line for each thing."""
    for kind in registry.ALL:
        if kind.key not in KINDS:
            yield f"{kind.key}: its facts are not declared in mail/kinds.py"
        for language in LANGUAGES:
            if not (FOLDER / language / f"{kind.key}.txt").is_file():
                yield f"{kind.key}: no text in {language}"
        for table in ("MAIL", "MAILING"):
            if kind.key not in getattr(staff_words, table):
                yield f"{kind.key}: no name in staff_words.{table}"
        yield from lacking_on_pages(kind.key, kind.address)


def lacking_on_pages(key: str, address: str) -> Iterator[str]:
    """What is missing where coordinators meet the kind."""
    if not address:
        if ACTS.get(key) not in {scene.endpoint for scene in SCENES}:
            yield f"{key}: no scene of the act that announces it"
        return
    if key not in kind_words.PAGES:
        yield f"{key}: no sentences in kind_words.PAGES"
    whole_word = re.compile(rf"/utskick/{address}(?:[/?]|$)")
    shown = [scene for scene in SCENES if whole_word.search(scene.address)]
    if "coordinator.compose" not in {scene.endpoint for scene in shown}:
        yield f"{key}: no scene of its page, /utskick/{address}"
    for link in KINDS[key].links if key in KINDS else ():
        if link not in drafts.NOWHERE:
            yield f"{key}: drafts.NOWHERE has no example for the link {link}"


def test_every_kind_is_whole() -> None:
    assert [*lacking()] == []


def test_every_file_of_a_kind_is_registered_under_its_own_name() -> None:
    files = {path.stem for path in Path(kinds.__path__[0]).glob("*.py")} - BASES
    assert files == set(registry.BY_KEY)
    for kind in registry.ALL:
        assert type(kind).__module__ == f"annualwheel.mailings.kinds.{kind.key}"
    assert len(registry.ALL) == len(registry.BY_KEY) == len(registry.BY_ADDRESS) + len(ACTS)


def test_addresses_are_swedish_words_in_plain_letters() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", address) for address in registry.BY_ADDRESS)
    assert kind_words.PAGES.keys() == {kind.key for kind in registry.BY_ADDRESS.values()}
    for kind in registry.BY_ADDRESS.values():
        said = kind_words.PAGES[kind.key]
        assert bool(said.whom) == bool(said.search) == kind.by_choice
        assert said.skipped
    assert any(kind.about_a_questionnaire for kind in registry.ALL)
    assert set(kind_words.TOO_EARLY) == set(opening.PHASES)


def test_every_reason_to_send_nothing_has_a_sentence_and_leads_on() -> None:
    sources = [Path(kinds.__path__[0]) / name for name in (*BASES, *registry.BY_KEY)]
    trees = [ast.parse(path.with_suffix(".py").read_text("utf-8")) for path in sources]
    functions = [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]
    reasons, refusals = (
        {
            one.value
            for function in functions
            if function.name.startswith(begins)
            for one in ast.walk(function)
            if isinstance(one, ast.Constant) and re.fullmatch(r"[a-z]+(_[a-z]+)+", str(one.value))
        }
        for begins in ("why_no", "require_")
    )
    assert len(reasons) > 10 and reasons == dead_ends.NOBODY.keys()
    refusals -= {"to_reconfirm"}
    assert refusals and (reasons | refusals | {"meeting_started"}) <= dead_ends.INSTEAD.keys()


def test_no_module_compares_with_the_key_of_a_kind_but_its_own() -> None:
    """Whatever depends on the kind is asked of the kind."""
    folders = ("mailings", "jobs", "meetings", "web/coordinator/mailings")
    files = [path for name in folders for path in (ROOT / "annualwheel" / name).rglob("*.py")]
    assert [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare) and "kind" in named(node) and keys_in(node)
    ] == []


def named(node: ast.AST) -> Iterator[str]:
    """The names and attributes in an expression that are a mailing's or a draft's kind."""
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and ast.unparse(one.value) in ("mailing", "order"):
            yield one.attr


def keys_in(node: ast.AST) -> set[str]:
    constants = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
    return constants & {*registry.BY_KEY}


def test_each_language_has_a_text_version_of_its_own_that_follows_the_text() -> None:
    for key in registry.BY_KEY:
        versions = {sample(key, language).text_version for language in LANGUAGES}
        assert len(versions) == 2
        changed = sample(key, "sv", {"given": "Bo", "meeting": "riktningsmötet"})
        assert changed.text_version == sample(key, "sv").text_version


def test_the_recipe_names_files_that_are_there() -> None:
    named = re.findall(r"`([\w./-]+\.(?:py|txt|html|md))`", RECIPE.read_text("utf-8"))
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).is_file()] == []
