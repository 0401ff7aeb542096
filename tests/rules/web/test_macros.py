"""The macros that make every field and part: what a screen reader, a keyboard and a strict policy
need is really there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from annualwheel.web.wording import words

PACKAGE = Path(words.__file__).parents[2]
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
YES_NO = [SelectChoice("ja", "Ja"), SelectChoice("nej", "Nej")]


class Sample(Form):
    name = StringField("Namn", [InputRequired("Skriv ditt namn"), Length(max=5)])
    email = EmailField("E-post", description="Hit skickar vi")
    seats = IntegerField("Platser", [Optional()])
    lunch = RadioField("Lunch?", [InputRequired("Välj lunch")], choices=YES_NO)
    areas = SelectMultipleField("Områden", choices=YES_NO, description="Välj ett")
    size = SelectField("Storlek", choices=YES_NO)
    text = TextAreaField("Text")
    helper = BooleanField("Jag svarar åt någon annan")


class Page(HTMLParser):
    """Every element with its attributes, and the text of those asked for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    app = Flask("macros", template_folder=str(PACKAGE / "templates"))
    Babel(app, default_locale="sv")
    app.jinja_env.filters.update(words.FILTERS)
    app.jinja_env.globals.update(
        look=words.look,
        csrf_token=lambda: "bevis",
        proof=lambda: Markup('<input type="hidden" name="csrf_token" value="bevis">'),
    )
    with app.test_request_context():
        yield app


def render(call: str, **context: Any) -> str:
    names = (
        ("fields.html", "error_summary, field, summary_box"),
        ("conflict.html", "conflict_box"),
        ("saving.html", "autosave, save_bar"),
        ("filters.html", "active_field, category_field, choice_field, search_field"),
        ("lists.html", "pagination"),
        ("pictures.html", "bar, progress, puzzle_cell"),
        (
            "parts.html",
            "button, link, post_button, message, state_tag, steps, table, "
            "search_form, facts, tasks",
        ),
    )
    imports = "".join(f'{{% from "macros/{file}" import {macros} %}}' for file, macros in names)
    return render_template_string(imports + call, **context)


def failed(**posted: str) -> Sample:
    form = Sample(MultiDict({"size": "ja"} | posted))
    form.validate()
    return form


@pytest.mark.usefixtures("app")
class TestFields:
    def test_the_label_belongs_to_the_input(self) -> None:
        page = Page(render("{{ field(form.name) }}", form=Sample()))
        assert page.all("label")[0]["for"] == page.all("input")[0]["id"] == "name"

    def test_error_comes_before_hint_in_the_description_and_both_exist(self) -> None:
        form = failed()
        form.email.errors = ["Skriv med @"]
        page = Page(render("{{ field(form.email) }}", form=form))
        assert page.all("input")[0]["aria-describedby"] == "email-fel email-tips"
        assert {"email-fel", "email-tips"} <= set(page.ids())
        assert page.all("input")[0]["aria-invalid"] == "true"

    def test_a_field_without_hint_and_error_describes_nothing(self) -> None:
        attributes = Page(render("{{ field(form.name) }}", form=Sample())).all("input")[0]
        assert "aria-describedby" not in attributes and "aria-invalid" not in attributes

    def test_the_browser_neither_demands_nor_cuts(self) -> None:
        html = "".join(render("{{ field(f) }}", f=f) for f in failed())
        assert not re.search(r"\b(required|maxlength|minlength|pattern)\b", html)

    def test_only_the_voluntary_says_so(self) -> None:
        assert "(frivilligt)" in render("{{ field(form.seats) }}", form=Sample())
        assert "(frivilligt)" not in render("{{ field(form.name) }}", form=Sample())

    def test_a_field_can_be_declared_voluntary(self) -> None:
        form = Sample()
        form.text.optional = True  # type: ignore[attr-defined]
        assert "(frivilligt)" in render("{{ field(form.text) }}", form=form)

    def test_radios_stand_in_a_fieldset_with_a_legend_and_the_error(self) -> None:
        html = render("{{ field(form.lunch) }}", form=failed())
        page = Page(html)
        assert page.all("fieldset")[0] | {"class": ""} == {
            "class": "",
            "id": "lunch",
            "role": "radiogroup",
            "aria-invalid": "true",
            "aria-describedby": "lunch-fel",
        }
        assert "<legend>Lunch?</legend>" in html
        assert (
            [i["id"] for i in page.all("input")]
            == [label["for"] for label in page.all("label")]
            == ["lunch-0", "lunch-1"]
        )
        assert not any("checked" in i for i in page.all("input"))

    def test_chosen_boxes_are_checked(self) -> None:
        boxes = Page(render("{{ field(form.areas) }}", form=Sample(data={"areas": ["nej"]}))).all(
            "input"
        )
        assert [(i["type"], i["value"], "checked" in i) for i in boxes] == [
            ("checkbox", "ja", False),
            ("checkbox", "nej", True),
        ]

    def test_a_single_box_has_its_words_beside_it(self) -> None:
        page = Page(render("{{ field(form.helper) }}", form=Sample(data={"helper": True})))
        assert page.all("label")[0]["for"] == page.all("input")[0]["id"]
        assert "checked" in page.all("input")[0]

    def test_a_select_keeps_its_choice(self) -> None:
        options = Page(render("{{ field(form.size) }}", form=Sample(data={"size": "nej"}))).all(
            "option"
        )
        assert [o["value"] for o in options if "selected" in o] == ["nej"]

    def test_what_was_typed_is_kept_and_escaped(self) -> None:
        posted = Sample(data={"name": '"><script>', "text": "</textarea><b>"})
        html = render("{{ field(form.name) }}{{ field(form.text) }}", form=posted)
        assert "<script>" not in html and "<b>" not in html
        assert Page(html).all("input")[0]["value"] == '"><script>'

    def test_the_first_empty_line_of_a_text_survives(self) -> None:
        html = render("{{ field(form.text) }}", form=Sample(data={"text": "\nrad"}))
        assert re.search(r"<textarea[^>]*>\n\nrad</textarea>", html)

    def test_the_counter_counts_in_words_both_ways(self) -> None:
        few = render("{{ field(form.text, counter=1500) }}", form=Sample(data={"text": "fyra"}))
        many = render("{{ field(form.text, counter=3) }}", form=Sample(data={"text": "fyra"}))
        assert "Du har skrivit 4 av högst 1\xa0500 tecken" in few
        assert "1 tecken för mycket" in many and "count over" in many
        assert Page(few).all("textarea")[0]["aria-describedby"] == "text-antal"

    def test_attributes_of_autosave_reach_every_input_of_a_group(self) -> None:
        page = Page(render("{{ field(form.lunch, attrs={'data-v': 3}) }}", form=Sample()))
        assert [i["data-v"] for i in page.all("input")] == ["3", "3"]

    def test_purpose_and_keyboard_follow_the_field(self) -> None:
        page = Page(
            render(
                '{{ field(form.email, autocomplete="email") }}{{ field(form.seats) }}',
                form=Sample(),
            )
        )
        assert (page.all("input")[0]["autocomplete"], page.all("input")[0]["type"]) == (
            "email",
            "email",
        )
        assert (page.all("input")[1]["inputmode"], page.all("input")[1]["type"]) == (
            "numeric",
            "text",
        )

    def test_a_question_says_which_keyboard_it_wants(self) -> None:
        form = Sample()
        form.name.inputmode = "url"
        asked = Page(render("{{ field(form.name) }}", form=form)).all("input")[0]
        assert (asked["inputmode"], asked["spellcheck"]) == ("url", "false")
        form.name.inputmode = ""
        assert "inputmode" not in render("{{ field(form.name) }}", form=form)

    def test_a_purpose_given_by_the_form_is_used(self) -> None:
        form = Sample()
        form.name.render_kw = {"autocomplete": "given-name"}
        assert (
            Page(render("{{ field(form.name) }}", form=form)).all("input")[0]["autocomplete"]
            == "given-name"
        )

    def test_a_conflict_keeps_both_texts_and_is_tied_to_the_field(self) -> None:
        conflict = {"who": "Lars Ek", "at": "kl. 14.31", "text": "Deras <text>", "both": True}
        html = render(
            "{{ field(form.text, conflict=c) }}", form=Sample(data={"text": "Min text"}), c=conflict
        )
        assert "Min text" in html and "Deras &lt;text&gt;" in html
        assert "Lägg Lars text efter min" in html
        assert Page(html).all("textarea")[0]["aria-describedby"] == "text-konflikt"
        assert [b["value"] for b in Page(html).all("button")] == [
            "text:both",
            "text:mine",
            "text:theirs",
        ]


@pytest.mark.usefixtures("app")
class TestHyphen:
    """No line breaks inside *e-post* and *e-mail*, which are found on a page as they are typed."""

    WHOLE = '<span class="unbroken">{}</span>'

    @pytest.mark.parametrize("text", ["Skriv din {}", "{}", "{}, eller telefon"])
    @pytest.mark.parametrize("word", ["e-post", "E-postadress", "e-mails"])
    def test_a_word_is_kept_whole_in_a_label(self, text: str, word: str) -> None:
        whole = text.format(self.WHOLE.format(word))
        for macro in ("search_form('/', t)", "facts([{'term': t, 'value': 'x'}])"):
            assert whole in render("{{ " + macro + " }}", t=text.format(word))

    def test_what_lays_its_parts_out_side_by_side_gets_no_more_parts(self) -> None:
        for macro in ("button(t)", "link(t, '/')", "message('ok', t, hero=true)"):
            assert "unbroken" not in render("{{ " + macro + " }}", t="Titta i din e-post")

    def test_neither_tags_nor_other_words_are_touched(self) -> None:
        for text in (Markup('<a href="/e-post">x</a>'), "we-mail", "e-tjänst", "<b>"):
            assert render("{{ t|unbroken }}", t=text) == str(escape(text))

    def test_a_label_is_kept_whole_too(self) -> None:
        html = render("{{ field(f) }}", f=Sample().email)
        assert f'<label class="label" for="email">{self.WHOLE.format("E-post")}</label>' in html


@pytest.mark.usefixtures("app")
class TestErrorSummary:
    def test_it_counts_in_words_and_says_the_same_as_the_fields(self) -> None:
        form = failed()
        summary = render("{{ error_summary(form) }}", form=form)
        assert "Två saker behöver rättas" in summary
        for field in (form.name, form.lunch):
            assert field.errors[0] in summary
            assert field.errors[0] in render("{{ field(f) }}", f=field)

    def test_it_links_to_fields_that_exist(self) -> None:
        form = failed()
        links = [a["href"] for a in Page(render("{{ error_summary(form) }}", form=form)).all("a")]
        assert links == ["#name", "#lunch-0"]
        assert {h[1:] for h in links} <= set(
            Page("".join(render("{{ field(f) }}", f=f) for f in form)).ids()
        )

    def test_one_error_is_one_thing(self) -> None:
        form = failed(lunch="ja")
        assert "En sak behöver rättas" in render("{{ error_summary(form) }}", form=form)

    def test_it_can_take_focus_and_has_a_name(self) -> None:
        box = Page(render("{{ error_summary(form) }}", form=failed())).all("div")[0]
        assert (box["tabindex"], box["role"], box["aria-labelledby"]) == (
            "-1",
            "group",
            "fel-rubrik",
        )

    def test_without_errors_there_is_nothing(self) -> None:
        assert render("{{ error_summary(form) }}", form=Sample()).strip() == ""

    def test_errors_of_the_whole_form_are_listed_without_a_link(self) -> None:
        form = Sample()
        form.form_errors = ["Mötet är fullt"]
        html = render("{{ error_summary(form) }}", form=form)
        assert "<li>Mötet är fullt</li>" in html


@pytest.mark.usefixtures("app")
class TestParts:
    def test_the_current_step_is_named(self) -> None:
        html = render(
            '{{ steps("Faser", [{"text": "Anmälan", "detail": "till 11 dec", "state": "now"}]) }}'
        )
        assert Page(html).all("li")[0]["aria-current"] == "step"
        assert re.sub(r"<[^>]+>", "", html).strip() == "Anmälan, till 11 dec, aktuellt steg"

    def test_a_link_alone_says_what_it_changes(self) -> None:
        assert (
            render('{{ link("Ändra", "/x", about="lunch") }}')
            == '<a href="/x">Ändra<span class="vh"> lunch</span></a>'
        )

    def test_a_button_outside_a_form_is_a_post_with_proof(self) -> None:
        page = Page(render('{{ post_button("Ta bort", "/x", fields={"nr": 3}) }}'))
        assert page.all("form")[0] == {"method": "post", "action": "/x"}
        assert {i["name"]: i["value"] for i in page.all("input")} == {
            "csrf_token": "bevis",
            "nr": "3",
        }

    def test_a_table_that_scrolls_can_be_reached_and_is_named(self) -> None:
        region = Page(render('{% call table("Tidplan") %}<table></table>{% endcall %}')).all("div")[
            0
        ]
        assert (region["tabindex"], region["role"], region["aria-label"]) == (
            "0",
            "region",
            "Tidplan",
        )

    def test_a_state_is_shown_in_words_with_a_symbol(self) -> None:
        html = render('{{ state_tag("registration", "to_reconfirm") }}')
        assert "Behöver bekräfta ny dag" in html and "<svg" in html and "to_reconfirm" not in html

    def test_one_page_needs_no_pages(self) -> None:
        assert render('{{ pagination({"pages": 1}) }}').strip() == ""
        assert "Sida 2 av 7" in render(
            '{{ pagination({"previous": "/1", "following": "/3", "number": 2, "pages": 7}) }}'
        )

    def test_a_search_is_a_get_that_keeps_other_choices(self) -> None:
        page = Page(
            render('{{ search_form("/personer", "Sök", "Åsa", {"typ": "kommun", "tom": ""}) }}')
        )
        assert page.all("form")[0]["method"] == "get"
        assert {i["name"]: i["value"] for i in page.all("input")} == {"typ": "kommun", "sok": "Åsa"}

    @pytest.mark.parametrize(
        ("call", "chosen", "values"),
        [
            ('category_field([("k", "Kommun")], "k")', ["k"], ["", "k"]),
            ('category_field([("k", "Kommun")], "-", or_none=true)', ["-"], ["", "k", "-"]),
            ('choice_field("a", "A", [("b", "B")], "x")', [], ["b"]),
            *(
                (f"active_field({wanted})", [value], ["aktiva", "inaktiva", "alla"])
                for wanted, value in (("true", "aktiva"), ("false", "inaktiva"), ("none", "alla"))
            ),
        ],
    )
    def test_a_filter_shows_what_the_list_is_narrowed_to(
        self, call: str, chosen: list[str], values: list[str]
    ) -> None:
        page = Page(render(f"{{{{ {call} }}}}"))
        options = page.all("option")
        assert [one["value"] for one in options] == values
        assert [one["value"] for one in options if "selected" in one] == chosen
        assert page.all("select")[0]["name"] == page.all("label")[0]["for"]

    def test_a_bar_never_leaves_its_frame(self) -> None:
        widths = [Page(render("{{ bar(s) }}", s=s)).all("rect")[0]["width"] for s in (-1, 0.5, 2)]
        assert widths == ["0.0", "50.0", "100.0"]

    def test_progress_has_a_name(self) -> None:
        assert Page(render('{{ progress("Skickade mejl", 1, 2) }}')).all("progress")[0] == {
            "max": "2",
            "value": "1",
            "aria-label": "Skickade mejl",
        }

    @pytest.mark.parametrize(
        ("value", "name"),
        [
            (14, "14 initiativ, Hälsa, Kommuner"),
            ("gap", "Lucka, Hälsa, Kommuner: inga initiativ"),
            ("unknown", "Vet inte, Hälsa, Kommuner: färre än hälften har svarat"),
            ("irrelevant", "Inte aktuellt"),
        ],
    )
    def test_a_piece_of_the_puzzle_says_everything_in_words(self, value: object, name: str) -> None:
        assert (
            re.sub(r"<[^>]+>", "", render('{{ puzzle_cell(v, "Hälsa", "Kommuner") }}', v=value))
            == name
        )

    def test_the_save_line_is_read_out_by_itself(self) -> None:
        spans = Page(render('{{ save_bar("Sparat kl. 14.32") }}')).all("span")
        assert [s["role"] for s in spans if "role" in s] == ["status"]

    def test_every_text_autosave_uses_is_given_to_it(self) -> None:
        html = render('<form {{ autosave("/spara", "7", "bevis") }}>')
        given = set(re.findall(r'"(\w+)":', Page(html).all("form")[0]["data-t"]))
        scripts = "".join(
            (PACKAGE / "static/js" / name).read_text("utf-8")
            for name in ("autosave.js", "conflict.js")
        )
        used = set(re.findall(r"\bT\.(\w+)", scripts)) | {
            "offline",
            "expired",
            "closed",
            "cancelled",
            "share",
            "gone",
            "rejected",
        }
        assert used == given


def test_no_template_has_a_style_a_handler_or_a_comparison_of_languages_in_words() -> None:
    assert len(TEMPLATES) > 10
    for path in TEMPLATES:
        assert not re.search(r"""\s(style|on[a-z]+)=["']""", path.read_text("utf-8")), path


def test_every_class_in_the_templates_is_in_the_stylesheet() -> None:
    sheet = "".join(path.read_text("utf-8") for path in (PACKAGE / "static/css").glob("*.css"))
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", sheet))
    used = set()
    for path in TEMPLATES:
        for value in re.findall(r'class="([^"{}]+)"', path.read_text("utf-8")):
            used |= set(value.split())
    assert used - known == set()
