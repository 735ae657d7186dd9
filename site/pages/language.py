"""Which language a reader gets, and the words of the interface in it.

The interface is written in Simplified Chinese; the other languages translate it. A reader's language is,
in this order: ``?lang=`` in the address (remembered in a cookie), the cookie, the browser's preference,
Simplified Chinese. Browsers and people write language tags in many ways (``zh-CN``, ``zh_TW``, ``zh-HK``),
which Babel's own negotiation does not match to ``zh_Hans`` and ``zh_Hant``: hence the table of aliases.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import flask_babel  # type: ignore[import-untyped]  # ships no types
from flask import Flask, Response, g, has_request_context, request
from markupsafe import Markup, escape

import translations
from pages.addresses import url_with
from translations.catalogues import compile_catalogues

if TYPE_CHECKING:
    import opencc

DEFAULT = "zh_Hans"
COOKIE = "lang"
COOKIE_AGE = 365 * 24 * 3600
PARAMETER = "lang"
# What the HTML ``lang`` attribute says, and the language's own name for itself.
LANGUAGES = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en"}
NAMES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}

_TRADITIONAL_PLACES = ("tw", "hk", "mo")


def gettext(message: str, **values: Any) -> str:
    """Return ``message`` in the reader's language, with ``%(name)s`` filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """Return the form of a message that fits ``num``; ``%(num)s`` is available in both."""
    return str(flask_babel.ngettext(singular, plural, num, **values))


def lazy_gettext(message: str, **values: Any) -> str:
    """Return a string that is translated when it is shown; for module-level tables and form labels."""
    lazy: str = flask_babel.lazy_gettext(message, **values)
    return lazy


@cache
def match(tag: str) -> str | None:
    """Return the language of ours that a tag means, or None: ``zh-CN`` is ``zh_Hans``, ``en-GB`` is ``en``."""
    parts = tag.replace("_", "-").lower().split("-")
    if parts[0] == "en":
        return "en"
    if parts[0] not in {"zh", "cmn", "yue"}:
        return None
    if "hant" in parts or ("hans" not in parts and any(place in parts for place in _TRADITIONAL_PLACES)):
        return "zh_Hant"
    return DEFAULT


def negotiate() -> str:
    """Return the language of the present request; the default outside one."""
    if not has_request_context():
        return DEFAULT
    asked = match(request.args.get(PARAMETER, "")[:32]) or match(request.cookies.get(COOKIE, "")[:32])
    if asked:
        return asked
    for tag in request.accept_languages.values():
        found = match(tag[:32])
        if found:
            return found
    return DEFAULT


def current_language() -> str:
    """Return ``zh_Hans``, ``zh_Hant`` or ``en``: the language in force, inside a request or outside."""
    locale = flask_babel.get_locale()
    name = DEFAULT if locale is None else str(locale)
    return name if name in LANGUAGES else DEFAULT


def html_lang() -> str:
    """Return the value of the page's ``lang`` attribute."""
    return LANGUAGES[current_language()]


class LanguageLink(NamedTuple):
    """One way to read the present page: its tag, its own name, its address, and whether it is the one in use."""

    tag: str
    name: str
    url: str
    current: bool


def language_links() -> list[LanguageLink]:
    """Return a link to the present page in every language."""
    current = current_language()
    return [
        LanguageLink(tag, NAMES[name], url_with(**{PARAMETER: tag}), name == current) for name, tag in LANGUAGES.items()
    ]


@cache
def _converter() -> "opencc.OpenCC":
    # Loading the dictionaries takes 27 ms: only the first reader of Traditional pays, not every start.
    import opencc  # noqa: PLC0415

    return opencc.OpenCC("s2tw")


@lru_cache(maxsize=8192)
def to_traditional(text: str) -> str:
    """Return Simplified ``text`` in Traditional characters (Taiwan's forms, words unchanged)."""
    converted: str = _converter().convert(text)
    return converted


def plain_record_text(text: object) -> str:
    """Return a record's text for the reader, converted for readers of Traditional; no markup.

    For attributes, page titles and chart labels, where no element can carry ``lang``.
    """
    words = "" if text is None else str(text)
    return to_traditional(words) if current_language() == "zh_Hant" else words


def record_text(text: object) -> Markup:
    """Return a record's text escaped for the reader; readers of English get it marked as Chinese.

    Records are written in Chinese by their publisher. Readers of Traditional see them converted by
    rule, which the page says once in its footer.
    """
    words = escape(plain_record_text(text))
    if current_language() != "en" or words.isascii():
        return words
    return Markup('<span lang="zh-Hans">{}</span>').format(words)


def _remember(response: Response) -> Response:
    """Keep the language asked for in the address, and tell caches what a page depends on."""
    if response.mimetype == "text/html":
        response.vary.update(["Accept-Language", "Cookie"])
        asked = match(request.args.get(PARAMETER, "")[:32])
        if asked and request.cookies.get(COOKIE) != LANGUAGES[asked]:
            response.set_cookie(
                COOKIE,
                LANGUAGES[asked],
                max_age=COOKIE_AGE,
                samesite="Lax",
                secure=request.is_secure,
                httponly=True,
            )
    return response


def unique_id(prefix: str) -> str:
    """Return an ``id`` not used before on this page; the same page always gets the same ids."""
    used: dict[str, int] = g.setdefault("page_ids", {})
    used[prefix] = used.get(prefix, 0) + 1
    return f"{prefix}-{used[prefix]}"


def set_up(app: Flask) -> None:
    """Wire Babel into ``app`` and compile catalogues that are newer than their compiled form."""
    folder = Path(translations.__file__).parent
    compile_catalogues(folder)
    babel = flask_babel.Babel()
    babel.init_app(
        app,
        default_locale=DEFAULT,
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(folder),
        locale_selector=negotiate,
    )
    app.after_request(_remember)
    app.jinja_env.filters.update(record_text=record_text, plain_record_text=plain_record_text)
    app.jinja_env.globals.update(
        html_lang=html_lang,
        current_language=current_language,
        language_links=language_links,
        unique_id=unique_id,
    )
