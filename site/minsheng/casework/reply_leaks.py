"""What a reply gives away of its sender: numbers and names, in whatever way they are written, and where they stand."""

import re
from dataclasses import dataclass

from minsheng.casework import privacy
from minsheng.casework.personal_numbers import PersonalKind
from minsheng.casework.privacy import Span

AROUND = 6
LEAST_DIGITS = 5
"""Shorter rows of digits are house numbers, dates and sums, which a reply may well repeat."""


@dataclass(frozen=True)
class Leak:
    """A passage of a reply: its line from 1, the words around it, and whether it is the sender's own."""

    line: int
    passage: str
    around: str
    kind: PersonalKind
    is_senders: bool


def find(reply: str, sender_words: str, contact: str = "") -> tuple[Leak, ...]:
    """Return what in a reply looks personal, in its order: what anybody's would, and the sender's in any writing.

    The sender's are names and numbers of the letter and of the contact; a number counts however it is spaced, a name
    also without the word before it that told a name in the letter.
    """
    plain = [*privacy.find_numbers(reply), *privacy.likely_names(reply)]
    own = [*_own_numbers(reply, f"{sender_words}\n{contact}"), *_own_names(reply, sender_words)]
    found: dict[tuple[int, int], Leak] = {}
    for span, is_senders in [*((one, True) for one in own), *((one, False) for one in plain)]:
        if not any(start <= span.start and span.end <= end for start, end in found):
            found[span.start, span.end] = _leak(reply, span, is_senders=is_senders)
    return tuple(found[place] for place in sorted(found))


def _own_numbers(reply: str, source: str) -> list[Span]:
    """Return where digits of the sender's numbers stand in the reply, with anything but letters between them."""
    spans = []
    for known in privacy.find_numbers(source):
        digits = "".join(
            letter for letter in privacy.with_plain_digits(source[known.start : known.end]) if letter.isalnum()
        )
        if len(digits) >= LEAST_DIGITS:
            pattern = r"[\W_]{0,3}".join(re.escape(digit) for digit in digits)
            spans += [
                Span(match.start(), match.end(), known.kind)
                for match in re.finditer(pattern, privacy.with_plain_digits(reply), re.IGNORECASE)
            ]
    return spans


def _own_names(reply: str, source: str) -> list[Span]:
    """Return where names of the letter stand in the reply; a form of address such as 王先生 tells nobody's name."""
    names = {source[span.start : span.end] for span in privacy.likely_names(source)}
    return [
        Span(match.start(), match.end(), PersonalKind.NAME)
        for name in names
        for match in re.finditer(re.escape(name), reply)
    ]


def _leak(reply: str, span: Span, *, is_senders: bool) -> Leak:
    before = reply[max(span.start - AROUND, 0) : span.start].rpartition("\n")[2]
    after = reply[span.end : span.end + AROUND].partition("\n")[0]
    passage = reply[span.start : span.end]
    return Leak(reply.count("\n", 0, span.start) + 1, passage, f"{before}{passage}{after}", span.kind, is_senders)
