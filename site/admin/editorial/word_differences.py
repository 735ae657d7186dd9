"""Two texts beside each other, word by word: what went and what came."""

import difflib
import re
from collections import Counter
from dataclasses import dataclass

MOST_TOKENS = 2500
"""Of both texts together as far as they differ; beyond that the time to compare grows with the square."""
ALIKE = 0.5
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``is_changed`` where the other text says something else there."""

    text: str
    is_changed: bool


def pieces(before: str, now: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts cut into stretches that stayed and stretches that went or came.

    A figure counts as one word, a Chinese character too. What differs in very many words is marked as a whole; two
    texts that share little were written independently, and marks would only hide what they say.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(now)
    if before and now and not _is_alike(old, new):
        return [Piece(before, is_changed=False)], [Piece(now, is_changed=False)]
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    left: list[Piece] = [Piece("".join(old[:head]), is_changed=False)]
    right: list[Piece] = [Piece("".join(new[:head]), is_changed=False)]
    if len(old_middle) + len(new_middle) > MOST_TOKENS:
        left.append(Piece("".join(old_middle), is_changed=True))
        right.append(Piece("".join(new_middle), is_changed=True))
    else:
        matcher = difflib.SequenceMatcher(a=old_middle, b=new_middle, autojunk=False)
        for tag, start, end, begin, stop in matcher.get_opcodes():
            left.append(Piece("".join(old_middle[start:end]), is_changed=tag != "equal"))
            right.append(Piece("".join(new_middle[begin:stop]), is_changed=tag != "equal"))
    left.append(Piece("".join(old[len(old) - tail :]), is_changed=False))
    right.append(Piece("".join(new[len(new) - tail :]), is_changed=False))
    return [one for one in left if one.text], [one for one in right if one.text]


def _is_alike(old: list[str], new: list[str]) -> bool:
    """Whether two texts share so much that one is a version of the other: half of the longer one's words."""
    shared = (Counter(old) & Counter(new)).total()
    return shared >= ALIKE * max(len(old), len(new))


def _common(one: list[str], other: list[str]) -> int:
    """Return how many tokens two lists begin with in common."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
