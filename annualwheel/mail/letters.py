"""What we write: a text file per mail and language becomes subject, preheader, text and HTML.

A template is small Markdown with Jinja variables. It is parsed once, before any value is filled in,
into a plain-text and an HTML template; values never pass through Markdown, so a name like
`[x](http://y)` or `<b>` comes out as it was typed.

Links are written by name and stay placeholders in the frozen letter, between two private-use
characters: U+E000, the name, U+E001. `render` puts in the addresses when the mail is sent, so that
no token is stored in the database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import groupby, pairwise
from pathlib import Path

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, Template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from annualwheel.mail.ical import Organiser
from annualwheel.mail.kinds import KINDS
from annualwheel.wording import names

FOLDER = Path(__file__).resolve().parents[2] / "email_templates"
LANGUAGES = ("sv", "en")
SUBJECT = 50
HEADINGS = {"sv": ("Ämne: ", "Förtext: "), "en": ("Subject: ", "Preheader: ")}
LINK = "\ue000{}\ue001"
PLACEHOLDER = re.compile("\ue000([a-z_0-9]+)\ue001")
JINJA = re.compile(r"(\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\})")
LOOP = re.compile(r"(\{% for [^%]*%\})(.*)(\{% endfor %\})")
# C0 and C1 controls but tab and newline, and our own placeholder characters: no value may bring
# them.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000\ue001]")
TWO_NUMBERS = re.compile(r"\d \d")
LINE_BREAKS = re.compile("[\t\n\u2028\u2029\u00a0 ]+")

P = '<p style="margin:0 0 16px;">{}</p>\n'
FACT = '<p style="margin:0 0 4px;">{}</p>\n'
FACTS = '<div style="margin:0 0 16px;">\n{}</div>\n'
H1 = "<h1 style=\"margin:0 0 16px;font:bold 26px/32px 'Segoe UI',Arial,sans-serif;\">{}</h1>\n"
LIST = {
    "bullet_list_open": '<ul style="margin:0 0 16px;padding:0 0 0 24px;">\n',
    "bullet_list_close": "</ul>\n",
}
ITEM = '<li style="margin:0 0 4px;">{}</li>\n'
# A cell with a colour of its own is the button that every client shows, classic Outlook too.
BUTTON = (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">'
    '<tr><td style="padding:0 0 16px;">\n'
    '<table role="presentation" class="btn" cellpadding="0" cellspacing="0" border="0"><tr>\n'
    '<td align="center" bgcolor="#0B4F6C" style="background:#0B4F6C;border:2px solid #0B4F6C;">\n'
    '<a href="{}" style="display:inline-block;padding:13px 28px;'
    "font:bold 18px/22px 'Segoe UI',Arial,sans-serif;color:#FFFFFF;\n"
    'text-decoration:none;">{}</a>\n'
    "</td></tr></table></td></tr></table>\n"
)
# Jinja takes away a line break that follows a tag directly; the space before it is taken away when
# the text is written.
END = " \n"
ADDRESS = Markup('<a class="lnk" href="{0}" style="color:#0B4F6C;word-break:break-all;">{0}</a>')
INLINE = {"strong_open": "<b>", "strong_close": "</b>"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is frozen when queued.

    It is filled in, with placeholders for links, without signature and frame. `text_version` names
    the file that it was written from, by 16 hexadecimal digits of its SHA-256: another text has
    another version, whatever the facts are. A letter that is read back has none.
    """

    subject: str
    preheader: str
    text: str
    html: str
    text_version: str = ""


@dataclass(frozen=True)
class Letterhead:
    """Who writes: the facts around every letter and on its envelope.

    `base_url` has no slash at the end.
    """

    base_url: str
    service_name: str
    region_name: str
    contact_name: str
    contact_email: str
    contact_phone: str
    sender_name: str
    sender_address: str
    reply_to: str
    contact_name_en: str = ""

    @property
    def organiser(self) -> Organiser:
        """Who arranges, as calendar entries say it; questions go to the contact."""
        asked = ", ".join(each for each in (self.contact_email, self.contact_phone) if each)
        return Organiser(self.sender_name, self.sender_address, self.base_url, asked)

    def contact(self, language: str) -> str:
        """Who signs a letter in that language."""
        if language == "en" and self.contact_name_en:
            return self.contact_name_en
        return self.contact_name


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A letter ready to send: whole plain text and whole HTML page."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Form:
    subject: Template
    preheader: Template
    text: Template
    html: Template
    version: str


def write(kind: str, language: str, facts: Mapping[str, object]) -> Letter:
    """Fills in the template of `kind` in `language` ("sv" or "en") with `facts` (see `KINDS`).

    Raises `LookupError` for an unknown kind or language and for facts that are missing or not the
    kind's, `TypeError` for a value that cannot be written (None), and Jinja's `UndefinedError` for
    a name that a template uses and nobody gave.
    """
    # Exactly the declared facts: a missing or misspelt one must fail here, and not become an empty
    # line in a mail that has gone.
    declared = KINDS[kind]
    missing = {*declared.facts} - facts.keys()
    unknown = facts.keys() - {*declared.facts, *declared.optional}
    wrong = missing | unknown
    if wrong:
        raise LookupError(f"{kind}: facts missing or unknown: {', '.join(sorted(wrong))}")
    given = dict.fromkeys(declared.optional, "") | dict(facts)
    form = _form(kind, language)
    return Letter(
        _subject(form, given),
        _one_line(form.preheader.render(given)),
        re.sub(r"(?<! ) ++(?=\n)", "", form.text.render(given)).rstrip() + "\n",
        form.html.render(given),
        form.version,
    )


def render(
    letter: Letter, language: str, links: Mapping[str, str], letterhead: Letterhead
) -> RenderedMail:
    """Puts the addresses (`links`: name -> URL) into a letter and the frame around it.

    The frame has greeting, contact, privacy and the other language. Raises `LookupError` when the
    letter holds a link that has no address.
    """
    names = list(dict.fromkeys(PLACEHOLDER.findall(letter.text)))
    missing = [name for name in names if name not in links]
    if missing:
        raise LookupError(f"no address for the links: {', '.join(missing)}")
    urls = [links[name] for name in names]
    around = {
        "subject": letter.subject,
        "preheader": letter.preheader,
        "language": language,
        "urls": urls,
        "head": letterhead,
        "other_language": _other_language(urls[0], language) if urls else "",
    }
    text = PLACEHOLDER.sub(lambda found: links[found[1]], letter.text)
    html = PLACEHOLDER.sub(lambda found: str(escape(links[found[1]])), letter.html)
    body = Markup(html)  # noqa: S704 escaped when it was written
    return RenderedMail(
        letter.subject,
        _frame("frame.txt").render(around, body=text),
        _frame("frame.html").render(around, body=body),
    )


def _subject(form: _Form, given: Mapping[str, object]) -> str:
    """The subject, with the meeting's short name where the whole one makes it clumsy.

    It is clumsy when it is longer than a phone shows, or has the meeting's number before that of
    the day.
    """
    subject = _one_line(form.subject.render(given))
    short = names.SHORT.get(str(given.get("meeting", "")))
    clumsy = len(subject) > SUBJECT or TWO_NUMBERS.search(subject)
    if short and clumsy:
        return _one_line(form.subject.render({**given, "meeting": short}))
    return subject


def _other_language(url: str, language: str) -> str:
    joint = "&" if "?" in url else "?"
    other = "en" if language == "sv" else "sv"
    return f"{url}{joint}lang={other}"


def _one_line(text: str) -> str:
    return LINE_BREAKS.sub(" ", text).strip()


def _written(value: object) -> object:
    """A value that a letter may have: text, a number, or Jinja's undefined, which raises."""
    if value is None or isinstance(value, (bool, list, dict)):
        raise TypeError(f"{type(value).__name__} cannot be written in a letter")
    if isinstance(value, Markup):
        return value
    return FORBIDDEN.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n"))


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _linked(address: str) -> Markup:
    """A web address as a link: a text that a person has written never becomes one."""
    return ADDRESS.format(address)


def _environment(loader: BaseLoader | None = None, *, html: bool) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=html,  # noqa: S701 plain text is not escaped
        undefined=StrictUndefined,
        finalize=_written,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["upper_first"] = _upper_first
    environment.filters["address"] = _linked if html else str
    return environment


PLAIN, HTML = _environment(html=False), _environment(html=True)
FRAMES = {
    "txt": _environment(FileSystemLoader(FOLDER), html=False),
    "html": _environment(FileSystemLoader(FOLDER), html=True),
}


@cache
def _frame(name: str) -> Template:
    return FRAMES[name.rpartition(".")[2]].get_template(name)


@cache
def _form(kind: str, language: str) -> _Form:
    source = (FOLDER / language / f"{kind}.txt").read_text("utf-8")
    head, _, body = source.partition("\n\n")
    lines = head.split("\n")
    expected = HEADINGS[language]
    if len(lines) != 2 or not all(map(str.startswith, lines, expected)):
        raise ValueError(
            f"{language}/{kind}.txt must begin with the lines {expected[0]!r} and {expected[1]!r}"
        )
    subject, preheader = map(str.removeprefix, lines, expected)
    html, text = compile_body(body)
    return _Form(
        PLAIN.from_string(subject),
        PLAIN.from_string(preheader),
        PLAIN.from_string(text),
        HTML.from_string(html),
        sha256(source.encode()).hexdigest()[:16],
    )


def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero").enable(["heading", "list", "emphasis", "link", "newline", "entity"])
    # Links in templates are names of links: the library would escape them as addresses.
    reader.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return reader


def compile_body(markdown: str) -> tuple[str, str]:
    """The HTML and the plain-text Jinja template of a body.

    Raises `ValueError` for Markdown beyond what mails use.
    """
    html, text, in_list = "", "", False
    for before, token in pairwise([Token("start", "", 0), *_reader().parse(markdown)]):
        if token.type in LIST:
            html += LIST[token.type]
            in_list = token.type == "bullet_list_open"
            # An empty line after a list in plain text; in HTML the margins make it.
            text += "" if in_list else "\n"
        elif token.type == "inline":
            more_html, more_text = _block("li" if in_list else before.tag, token.children or [])
            html, text = html + more_html, text + more_text
        elif token.type.partition("_")[0] not in ("paragraph", "heading", "list"):
            raise ValueError(f"a mail template cannot hold {token.type}")
    return html, text


def _block(tag: str, children: list[Token]) -> tuple[str, str]:
    if children[0].type == "link_open":
        return _button(children)
    groups = groupby(children, lambda token: token.type == "softbreak")
    lines = [_line(list(group)) for is_break, group in groups if not is_break]
    if tag == "p":
        return _paragraph(lines)
    html, text = lines[0]
    if tag == "h1":
        return H1.format(html), f"{text}{END}\n"
    return _around(html, ITEM, "{}"), _around(text, f"- {{}}{END}", "{}")


def _around(content: str, form: str, loop_form: str) -> str:
    """An item; one that is a whole loop becomes one item a turn."""
    loop = LOOP.fullmatch(content)
    if not loop:
        return form.format(content)
    begin, item, end = loop.groups()
    return begin + form.format(item) + loop_form.format(end) + "\n"


def _paragraph(lines: list[tuple[str, str]]) -> tuple[str, str]:
    """A paragraph. Facts (lines that begin in bold) get a line each, and other lines run on.

    Lines that only steer stay outside the markup.
    """
    html_lines = [html for html, _ in lines]
    text_lines = [text for _, text in lines]
    written = [html for html in html_lines if not _steers(html)]
    if not written:
        steering = _joined(html_lines, "")
        return steering, steering
    if written[0].startswith("<b>") and len(written) > 1:
        facts_text = _joined(text_lines, f"{{}}{END}")
        return FACTS.format(_joined(html_lines, FACT)), f"{facts_text}\n"
    html = _joined(html_lines, "{}\n").rstrip("\n")
    text = _joined(text_lines, "{} ")
    return P.format(html), f"{text}{END}\n"


def _steers(line: str) -> bool:
    return line.startswith("{%")


def _joined(lines: list[str], form: str) -> str:
    """The lines, each in `form`; lines that only steer stay as they are."""
    return "".join(f"{line}\n" if _steers(line) else form.format(line) for line in lines)


def _line(tokens: list[Token]) -> tuple[str, str]:
    """One line of running text as HTML and as plain text; a steering tag passes through."""
    html = text = ""
    for token in tokens:
        if token.type == "text":
            html += _escaped(token.content)
            text += token.content
        elif token.type in INLINE:
            html += INLINE[token.type]
        else:
            raise ValueError(f"a line in a mail template cannot hold {token.type}")
    return html, text


def _escaped(content: str) -> str:
    """The text for HTML; what is Jinja's stays as it is."""
    parts = JINJA.split(content)
    return "".join(part if JINJA.fullmatch(part) else str(escape(part)) for part in parts)


def _button(children: list[Token]) -> tuple[str, str]:
    if children[-1].type != "link_close":
        raise ValueError("a link in a mail template is a paragraph of its own")
    label_html, label = _line(children[1:-1])
    placeholder = LINK.format(children[0].attrs["href"])
    return BUTTON.format(placeholder, label_html), f"{label}:\n{placeholder}{END}\n"
