"""Text of cells under one form, so that what means the same compares equal."""

import functools
import re
import unicodedata
from collections import Counter

import opencc

_DASHES = str.maketrans(dict.fromkeys("−–—―－﹣", "-") | {"～": "~", "〜": "~", "﹪": "%", "％": "%"})
_FOOTNOTE = re.compile(r"[①-⑳]|(?<=[\d０-９])[⁰¹²³⁴-⁹]")
_ORDINAL = re.compile(
    r"^[*＊★▲]?\s*(?:[(（][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十\d]{1,3}(?:[项类条][、.:：]?|[、.:：])"
    r"|[一二三四五六七八九十]{1,3}[、.．]|\d{1,3}(?:[、．]|\.(?!\d))|[①-⑳])\s*"
)
_COUNT_NOTE = re.compile(
    r"[(（]\s*(?:共|\d|[一二三四五六七八九十])+\s*(?:[大小]?项|件|个)(?:项目|子项|指标|任务|工程|实事|事项|内容)?[)）]$"
)


def one_width(text: str) -> str:
    """Return text with full-width signs as half-width ones; a footnote's number joins no figure before it."""
    apart = _FOOTNOTE.sub(lambda found: f"({unicodedata.normalize('NFKC', found[0])})", text)
    return unicodedata.normalize("NFKC", apart).translate(_DASHES)


def plain(text: str) -> str:
    """Return text with one form of width, dash and space; lines become one."""
    folded = one_width(text)
    folded = re.sub(r"\s+", " ", folded).strip()
    return re.sub(r"(?<=[\u3400-\u9fff、，。；：()%]) | (?=[\u3400-\u9fff、，。；：()%])", "", folded)


@functools.lru_cache(20_000)
def squeezed(text: str) -> str:
    """Return text for comparing: simplified characters, one width, no spaces."""
    simplified: str = _simplifier().convert(re.sub(r"\s+", "", one_width(text)))
    return simplified


@functools.cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@functools.lru_cache(20_000)
def in_one_line(text: str) -> str:
    """Return text in one line with its own punctuation; no space where Chinese lines were broken."""
    joined = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])", "", joined)


def without_ordinal(text: str) -> str:
    """Return a title without its number in the list, the count of its parts and the full stop behind it."""
    line = in_one_line(text)
    bare = _COUNT_NOTE.sub("", _ORDINAL.sub("", line)).rstrip("。.；;，, ")
    return bare or line


def has_ordinal(text: str) -> bool:
    """Whether text begins with a number of a list in Chinese numerals: 一、 or (二)."""
    return bool(re.match(r"^\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）])", text))


def comparable(text: str) -> str:
    """Return a title as titles are compared: simplified, without ordinals, spaces and punctuation."""
    return re.sub(r"[^\w]|_", "", squeezed(without_ordinal(text))).casefold()


def alike(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1: Dice's coefficient of their pairs of characters."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    pairs = [Counter(text[i : i + 2] for i in range(max(len(text) - 1, 1))) for text in (one, other)]
    common = sum((pairs[0] & pairs[1]).values())
    dice = 2 * common / (sum(pairs[0].values()) + sum(pairs[1].values()))
    short, long = sorted((one, other), key=len)
    return max(dice, 0.6 + 0.3 * len(short) / len(long)) if len(short) >= 4 and short in long else dice
