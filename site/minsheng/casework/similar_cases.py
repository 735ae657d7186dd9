"""Which published cases say much the same as a letter, by the pairs of letters they share."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from minsheng.casework.suggestions import Suggestion

LEAST_ALIKE = 0.22
"""Weighted share of a letter's pairs that another must hold; tried out on the sample cases."""
MOST_SHOWN = 3
_EMPTY = frozenset("的了是在有和就都也很到把被请我们你您他她它这那一个不没要会可以能吗呢吧啊希望应该已经还")
"""Letters that carry little by themselves; a pair of two such is left out."""


def most_alike(words: str, cases: Iterable[Suggestion]) -> Sequence[Suggestion]:
    """Return the public cases most like these words, the nearest first, a few at most.

    Pairs that many of the cases hold weigh less, so that “希望尽快” makes nothing alike.
    """
    told = [(case, pairs(f"{case.public_title}\n{case.public_words}")) for case in cases]
    own = pairs(words)
    spread = Counter(pair for _case, held in told for pair in held)
    weights = {pair: math.log(1 + len(told) / (1 + spread[pair])) for pair in own}
    whole = sum(weights.values())
    if not whole:
        return ()
    scored = [(sum(weights[pair] for pair in own & held) / whole, case) for case, held in told]
    near = sorted((one for one in scored if one[0] >= LEAST_ALIKE), key=lambda one: (-one[0], -one[1].id))
    return [case for _score, case in near[:MOST_SHOWN]]


def pairs(text: str) -> set[str]:
    """Return the pairs of neighbouring letters and digits in a text, without those that carry nothing."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    found = (plain[start : start + 2] for start in range(len(plain) - 1))
    return {pair for pair in found if pair.isalnum() and not set(pair) <= _EMPTY}
