"""Personal data in free text: numbers that are masked before anyone reviews it, and likely names to look at.

Masking errs towards too much: a person reviews the text afterwards, and a number hidden in vain can be put back,
one published cannot. Amounts, dates and the numbers of documents and projects are left alone. Masked text has the
length of the original, so that positions mean the same in both.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from minsheng.casework.personal_numbers import MAY_BE_SPOKEN, NUMBERS, SPOKEN_DIGITS, PersonalKind

WORDS = Path(__file__).parents[1] / "data" / "names.toml"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` up to, not including, ``end`` of the text."""

    start: int
    end: int
    kind: PersonalKind


@dataclass(frozen=True, slots=True)
class Masked:
    """Text with letters and digits of the spans replaced by asterisks; the same length as the original."""

    text: str
    spans: tuple[Span, ...]


def mask(text: str) -> Masked:
    """Hide every number of :mod:`minsheng.casework.personal_numbers`: of telephones, papers, cards, plates and
    accounts."""
    spans = find_numbers(text)
    characters = list(text)
    for span in spans:
        for position in range(span.start, span.end):
            if characters[position].isalnum() or characters[position] == "○":
                characters[position] = "*"
    return Masked("".join(characters), spans)


def find_numbers(text: str) -> tuple[Span, ...]:
    """Return what :func:`mask` hides, in order and without overlaps; staff replies are checked with it too."""
    plain = _one_to_one(text)
    spoken = plain.translate(SPOKEN_DIGITS)
    return _without_overlaps(
        Span(match.start("it"), match.end("it"), kind)
        for kind, pattern, is_real in NUMBERS
        for source in ((plain, spoken) if kind in MAY_BE_SPOKEN else (plain,))
        for match in pattern.finditer(source)
        if is_real(match)
    )


def likely_names(text: str) -> tuple[Span, ...]:
    """Return the spans that read like a person's name, for a reviewer to confirm or dismiss.

    A surname with a given name after a word such as 村民 or 联系人, before a form of address, or alone in the last
    line as a signature. Names without such a neighbour are not recognised; 王某 is hidden already and no name.
    """
    patterns, not_names = _name_patterns()
    return _without_overlaps(
        Span(match.start("it"), match.end("it"), PersonalKind.NAME)
        for pattern in patterns
        for match in pattern.finditer(text)
        if not match["it"].startswith(not_names) and "某" not in match["it"]
    )


def likely_addresses(text: str) -> tuple[Span, ...]:
    """Return the spans that read like a house or a flat (幸福路18号, 3号楼2单元501室), for a reviewer."""
    plain = _one_to_one(text)
    return _without_overlaps(
        Span(match.start(), match.end(), PersonalKind.ADDRESS)
        for pattern in _ADDRESSES
        for match in pattern.finditer(plain)
    )


def with_plain_digits(text: str) -> str:
    """Return the text with digits that are spoken or written in any width as plain ones, without moving a position."""
    return _one_to_one(text).translate(SPOKEN_DIGITS)


def _one_to_one(text: str) -> str:
    """Turn full-width and other compatible forms into plain ones without moving any position."""
    normal = (_plain(character) for character in text)
    return "".join(form if len(form) == 1 else original for form, original in zip(normal, text, strict=True))


def _plain(character: str) -> str:
    """Return the plain form of one character; digits in a circle, with a dot or in brackets are digits."""
    digit = unicodedata.digit(character, None)
    return unicodedata.normalize("NFKC", character) if digit is None else str(digit)


def _without_overlaps(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans that overlap, in the order of the text; the one found first names the whole."""
    joined: list[tuple[int, Span]] = []
    for rank, span in sorted(enumerate(spans), key=lambda ranked: (ranked[1].start, ranked[0])):
        if joined and span.start < joined[-1][1].end:
            (other_rank, other) = joined.pop()
            kind = span.kind if rank < other_rank else other.kind
            joined.append((min(rank, other_rank), Span(other.start, max(span.end, other.end), kind)))
        else:
            joined.append((rank, span))
    return tuple(span for _, span in joined)


_ADDRESSES = (
    re.compile(r"[\u4e00-\u9fffA-Za-z]{2,8}?(?:路|街|巷|弄|大道|胡同)\d{1,4}号(?:院)?(?!文|线)"),
    re.compile(r"\d{1,4}(?:号楼|栋|幢|座)(?:\d{1,2}单元)?\d{2,4}(?:室|户)?"),
    re.compile(r"\d{1,2}单元\d{2,4}(?:室|户)?"),
    re.compile(
        r"[\u4e00-\u9fff]{2,6}?(?:村|社区|庄|屯|寨)第?[\d一二三四五六七八九十]{1,3}(?:村民)?[组队](?:\d{1,4}号)?"
    ),
    re.compile(r"[\d一二三四五六七八九十]{1,3}(?:村民)?[组队]\d{1,4}号"),
    re.compile(r"(?:号?院)?(?<![\d.\-/])\d{1,3}[-\u2010-\u2015]\d{1,2}[-\u2010-\u2015]\d{3,4}(?![\d-])"),
    re.compile(r"[\u4e00-\u9fff]{2,8}?(?:小区|花园|公寓|家园|新村)\d{1,3}(?:号楼|栋|幢|座|号)"),
)


def may_be_bare_name(word: str) -> bool:
    """Whether a word of two or three characters (four with a double surname) begins as names of people do.

    Many ordinary words do too (安全, 马路): only for use where the word means nothing here anyway.
    """
    return bool(_bare_name().fullmatch(word))


@cache
def _bare_name() -> re.Pattern[str]:
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    doubles, singles = "|".join(words["double_surnames"]), "".join(words["surnames"].split())
    return re.compile(rf"(?:{doubles}|[{singles}])[\u4e00-\u9fff]{{1,2}}")


@cache
def _name_patterns() -> tuple[Sequence[re.Pattern[str]], tuple[str, ...]]:
    """Return the patterns for names, made from the word lists, and the words that are no names."""
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    surname = rf"(?:{'|'.join(words['double_surnames'])}|[{''.join(words['surnames'].split())}])"
    endings = "".join(words["no_given_endings"].split())
    name = rf"{surname}[\u4e00-\u9fff](?:(?![{endings}])[\u4e00-\u9fff])?"
    patterns = (
        re.compile(rf"(?:{'|'.join(words['cues'])})[:：\s,，为為是叫]{{0,3}}(?P<it>{name})"),
        re.compile(rf"(?P<it>{surname}[\u4e00-\u9fff]{{0,2}}?副?(?:{'|'.join(words['titles'])}))"),
        re.compile(
            rf"(?:^|[\s，,。；;、])(?P<it>{name})(?=[\s，,、]?(?:家?住|[男女]|今年|\d{{1,2}}岁|手机|电话|身份证))"
        ),
        re.compile(
            r"(?P<it>(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,4}[·•・][\u4e00-\u9fff]{2,4}?)(?=家|说|的|住|是|，|,|。|\s|$)"
        ),
        re.compile(rf"[\n。!！][ \t\u3000]*(?P<it>{name})\s*\Z"),
    )
    return patterns, tuple(words["not_names"])
