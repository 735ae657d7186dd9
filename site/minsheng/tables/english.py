"""English headings in the words of Chinese ones, so that one set of rules reads both."""

import functools
import re
import tomllib
from pathlib import Path

WORDS = Path(__file__).with_name("english.toml")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z]+|[^a-z\s]+")
_LONGEST = 120
_MONEY = tuple(
    (re.compile(rf"(?:(?:rmb|cny|yuan)\s*{size}|{size}\s*(?:rmb|cny|yuan)(?:\s*yuan)?)\b"), unit)
    for size, unit in (
        (r"(?:in )?10[, ]?000", "万元"),
        (r"(?:in )?10k", "万元"),
        (r"(?:in )?100 million", "亿元"),
        (r"(?:in )?1[, ]?000", "千元"),
        (r"(?:in )?thousand", "千元"),
        (r"(?:in )?(?:million|mn)", "百万元"),
        (r"(?:in )?(?:billion|bn)", "十亿元"),
    )
)
"""Amounts of yuan as units: 10,000 yuan, RMB million."""


@functools.cache
def _phrases() -> dict[tuple[str, ...], str]:
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))["phrases"]
    return {tuple(phrase.split()): chinese for chinese, phrases in words.items() for phrase in phrases}


@functools.lru_cache(4096)
def in_chinese(text: str) -> str:
    """Return an English heading in Chinese, word for word; other text, and words that are not known, as they stand."""
    if _CHINESE.search(text) or not re.search(r"[A-Za-z]{2}", text) or len(text) > _LONGEST:
        return text
    line = re.sub(r"\s+", " ", text).lower().replace("no.", "no").replace("% of", "share of")
    for pattern, unit in _MONEY:
        line = pattern.sub(unit, line)
    words = _WORD.findall(line)
    found, position = [], 0
    while position < len(words):
        size = next((size for size in range(5, 0, -1) if tuple(words[position : position + size]) in _phrases()), 0)
        found.append(_phrases()[tuple(words[position : position + size])] if size else words[position])
        position += size or 1
    return "".join(found)
