"""Which language a reader gets, and the words of the interface in it.

The interface is written in Simplified Chinese; the other languages translate it. A reader's language is,
in this order: ``?lang=`` in the address (remembered in a cookie), the cookie, the browser's preference,
Simplified Chinese. Browsers and people write language tags in many ways (``zh-CN``, ``zh_TW``, ``zh-HK``),
which Babel's own negotiation does not match to ``zh_Hans`` and ``zh_Hant``: hence the table of aliases.

Babel reads the catalogues; which one is in force is kept here, on the request. Flask-Babel does the same job
through five context look-ups per message, which was a third of the time of a list page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, has_request_context, request
from markupsafe import Markup, escape

import translations
from minsheng.records.translating import Translated
from pages.addresses import url_with
from pages.installation import site_settings
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


FOLDER = Path(translations.__file__).parent


@cache
def _catalogue(language: str) -> NullTranslations:
    """Return a language's messages; the source language's are the ids themselves."""
    return Translations.load(FOLDER, [language]) if language != DEFAULT else NullTranslations()


def _untouched_plural(singular: str, plural: str, num: int) -> str:
    """Return the form that fits ``num`` with its placeholders: Jinja fills them in itself."""
    text: str = _catalogue(current_language()).ngettext(singular, plural, num)
    return text


def gettext(message: str, **values: Any) -> str:
    """Return ``message`` in the reader's language, with ``%(name)s`` filled in."""
    text: str = _catalogue(current_language()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """Return the form of a message that fits ``num``; ``%(num)s`` is available in both."""
    text: str = _catalogue(current_language()).ngettext(singular, plural, num)
    return text % {"num": num, **values}


class LazyText:
    """A message that is translated each time it is shown."""

    __slots__ = ("_message", "_values")

    def __init__(self, message: str, values: dict[str, Any]) -> None:
        self._message = message
        self._values = values

    @property
    def original(self) -> str:
        """The message as written, by which a text from elsewhere is known to be this one."""
        return self._message

    def __str__(self) -> str:
        """Translate for the present reader."""
        return gettext(self._message, **self._values)

    def __repr__(self) -> str:
        """Show the message as written."""
        return f"LazyText({self._message!r})"

    def __html__(self) -> Markup:
        """Escape: a message is text."""
        return escape(str(self))

    def __mod__(self, values: Any) -> str:
        """Fill in what was left open; WTForms does so with its limits."""
        filled: str = str(self) % values
        return filled

    def __add__(self, other: str) -> str:
        """Join as text."""
        return str(self) + other

    def __radd__(self, other: str) -> str:
        """Join as text."""
        return other + str(self)

    def __eq__(self, other: object) -> bool:
        """Equal to any text that reads the same now."""
        return str(self) == str(other) if isinstance(other, str | LazyText) else NotImplemented

    def __hash__(self) -> int:
        """Hash the message, not the translation, which changes with the reader."""
        return hash(self._message)


def lazy_gettext(message: str, **values: Any) -> str:
    """Return a text that is translated when it is shown; for module-level tables and form labels."""
    return cast("str", LazyText(message, values))


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
    """Return the language of the present request, of those the installation shows; the default outside one."""
    if not has_request_context():
        return DEFAULT
    shown = site_settings().languages
    tags = (request.args.get(PARAMETER, ""), request.cookies.get(COOKIE, ""), *request.accept_languages.values())
    return next((found for tag in tags if (found := match(tag[:32])) in shown and found), DEFAULT)


def current_language() -> str:
    """Return ``zh_Hans``, ``zh_Hant`` or ``en``: the language in force, inside a request or outside."""
    try:
        language: str = g.language
    except AttributeError:
        language = g.language = negotiate()
    except RuntimeError:
        return DEFAULT
    return language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use ``language`` for what is written inside, as in a message to someone else; needs an app context."""
    before = current_language()
    g.language = language
    try:
        yield
    finally:
        g.language = before


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
    """Return a link to the present page in every language that is shown."""
    current = current_language()
    return [
        LanguageLink(tag, NAMES[name], url_with(**{PARAMETER: tag}), name == current)
        for name, tag in shown_languages().items()
    ]


def shown_languages() -> dict[str, str]:
    """Return the languages that the installation shows, with their tags."""
    shown = site_settings().languages
    return {name: tag for name, tag in LANGUAGES.items() if name in shown}


def site_title() -> str:
    """Return the name of the installation in the reader's language."""
    known, current = site_settings(), current_language()
    own = known.name_in(current)
    if not own:
        return gettext("民生·民声")
    return to_traditional(own) if current == "zh_Hant" and own == known.site_name else own


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


def plain_text_of(record: object, field: str) -> str:
    """Return a record's text in the reader's language where it carries one, else as :func:`plain_record_text`."""
    return _translation(record, field) or plain_record_text(getattr(record, field))


def text_of(record: object, field: str) -> Markup:
    """Return a record's text escaped: its translation into the reader's language, else as :func:`record_text`."""
    return escape(translated) if (translated := _translation(record, field)) else record_text(getattr(record, field))


def is_original(record: object, field: str) -> bool:
    """Whether a reader of another language than Chinese gets the original of this text, for want of a translation."""
    text = str(getattr(record, field) or "")
    return current_language() == "en" and bool(text) and not text.isascii() and not _translation(record, field)


def _translation(record: object, field: str) -> str:
    """Return what the record itself carries in the reader's language, if it can carry anything."""
    if current_language() == DEFAULT or not isinstance(record, Translated):
        return ""
    return record.in_language(field, current_language())


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


def _start_afresh() -> None:
    """Forget the language and the ids of an earlier request that shared this application context, as tests do."""
    g.pop("language", None)
    g.pop("page_ids", None)


def unique_id(prefix: str) -> str:
    """Return an ``id`` not used before on this page; the same page always gets the same ids."""
    used: dict[str, int] = g.setdefault("page_ids", {})
    used[prefix] = used.get(prefix, 0) + 1
    return f"{prefix}-{used[prefix]}"


def set_up(app: Flask) -> None:
    """Give ``app`` its languages and compile catalogues that are newer than their compiled form."""
    compile_catalogues(FOLDER)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        gettext, _untouched_plural, newstyle=True
    )
    app.before_request(_start_afresh)
    app.after_request(_remember)
    app.jinja_env.filters.update(
        record_text=record_text, plain_record_text=plain_record_text, text_of=text_of, plain_text_of=plain_text_of
    )
    app.jinja_env.tests["original"] = is_original
    app.jinja_env.globals.update(
        html_lang=html_lang,
        current_language=current_language,
        language_links=language_links,
        unique_id=unique_id,
    )
