"""Templates with their texts in place: each is compiled once for each language.

A page has some fifty texts. Looked up while it is made they are a tenth of its work; put in when
the template is compiled they are a part of the page around them.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from flask.templating import DispatchingJinjaLoader, Environment
from jinja2 import BaseLoader, Template, nodes
from jinja2 import Environment as JinjaEnvironment
from jinja2.visitor import NodeTransformer

from annualwheel.web.wording.words import current_language

FOLDER = Path(__file__).resolve().parents[1] / "translations"


class Loader(BaseLoader):
    """Finds "sv:open/start.html" where Flask finds "open/start.html"."""

    def __init__(self, flask: DispatchingJinjaLoader) -> None:
        self.flask = flask

    def get_source(
        self, environment: JinjaEnvironment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The source of the template, the same in both languages."""
        return self.flask.get_source(environment, template.partition(":")[2])

    def list_templates(self) -> list[str]:
        """The names of all templates, without a language."""
        return self.flask.list_templates()


class InPlace(Environment):
    """Gives templates in the language of the page.

    The language is a part of their names, so that the library keeps the two apart.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, loader=Loader(app.create_global_jinja_loader()), **options)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """The template in the language of the page, or of the template that asks for it."""
        if isinstance(name, str):
            language = parent.partition(":")[0] if parent else current_language()
            name = f"{language}:{name}"
        return super().get_template(name, globals=globals)

    def compile(self, source: Any, name: str | None = None, *options: Any, **named: Any) -> Any:
        """Compiles a template whose name has a language with the texts of that language."""
        language, colon, _rest = (name or "").partition(":")
        if colon and isinstance(source, str):
            filename = options[0] if options else named.get("filename")
            source = _Texts(_catalogue(language)).visit(self.parse(source, name, filename))
        return super().compile(source, name, *options, **named)


class _Texts(NodeTransformer):
    """Puts each text whose words are known where the template asks for it."""

    def __init__(self, catalogue: NullTranslations) -> None:
        self.catalogue = catalogue

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 the library's word
        """Turns `_("…")` into the text, and `_("…", name=value)` into the text with the value."""
        self.generic_visit(call)
        words = _words(call)
        if words is None:
            return call
        text = self.catalogue.ugettext(words)
        at = {"lineno": call.lineno}
        if not call.kwargs:
            return nodes.MarkSafeIfAutoescape(nodes.Const(text % {}, **at), **at)
        values = [nodes.Pair(nodes.Const(each.key, **at), each.value, **at) for each in call.kwargs]
        safe = nodes.MarkSafeIfAutoescape(nodes.Const(text, **at), **at)
        return nodes.Mod(safe, nodes.Dict(values, **at), **at)


def _words(call: nodes.Call) -> str | None:
    """The words of a text that are known before the page is made, else None."""
    if not isinstance(call.node, nodes.Name) or call.node.name != "_":
        return None
    # Words that are made while the page is, are looked up then (`page`).
    if len(call.args) != 1 or call.dyn_args is not None or call.dyn_kwargs is not None:
        return None
    return call.args[0].value if isinstance(call.args[0], nodes.Const) else None


@cache
def _catalogue(language: str) -> NullTranslations:
    """The translations of a language; the language of the templates has none."""
    return Translations.load(FOLDER, [language])
