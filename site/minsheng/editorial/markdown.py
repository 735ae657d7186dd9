"""Markdown that staff write, as safe HTML and as plain text.

Markup typed into it is shown as typed (``html=False``), and whatever the renderer makes passes an allow-list that
knows no script, style, picture, frame or form. Its highest heading becomes one of the second level: the page has its
own first.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = frozenset(
    {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
    | {"h2", "h3", "h4", "h5", "h6"}
    | {"table", "tbody", "td", "th", "thead", "tr"}
)
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_DEEPEST = 6


def to_html(text: str, convert: Callable[[str], str] = str) -> str:
    """Return Markdown as HTML that is safe to put into a page; ``convert`` is applied to what readers read."""
    tokens = _reader().parse(text)
    highest = min((int(token.tag[1]) for token in _all(tokens) if token.tag in _HEADINGS), default=1)
    for token in _all(tokens):
        if token.tag in _HEADINGS:
            token.tag = f"h{min(int(token.tag[1]) - highest + 2, _DEEPEST)}"
        if token.type in {"text", "code_inline", "code_block", "fence"}:
            token.content = convert(token.content)
        if token.type == "fence":
            token.info = ""
    rendered = _reader().renderer.render(tokens, _reader().options, {})
    return nh3.clean(
        rendered, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener", strip_comments=True
    )


def to_text(text: str) -> str:
    """Return the words of a Markdown text without its marks, a line a block."""
    words = []
    for token in _reader().parse(text):
        if token.type == "inline":
            words.append("".join(child.content or " " for child in token.children or ()))
        elif token.type in {"code_block", "fence"}:
            words.append(token.content)
    return "\n".join(line.strip() for line in words if line.strip())


def beginning(text: str, longest: int = 120) -> str:
    """Return how a Markdown text begins, in words, for a list or a search engine."""
    words = " ".join(to_text(text).split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


@cache
def _reader() -> MarkdownIt:
    # Pictures would come from other sites, which the pages' content policy forbids.
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")
