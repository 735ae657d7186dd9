"""Segmentation of a query: which pairs of characters must stand in a record for it to be an answer.

The index holds every pair; asking for all pairs of a query would miss records that hold its words apart
("万州区低保" against "万州区…提高低保标准"). So the query alone is cut into words, and only pairs inside a word are
asked for. Names unknown to the dictionary fall apart into single characters; these are joined again.
"""

import itertools
from pathlib import Path
from typing import NamedTuple

import rjieba

IDLE_WORDS = frozenset((Path(__file__).parent / "idle_words.txt").read_text(encoding="utf-8").split())
"""Words that carry no subject: left out of a query that has other words."""


class Word(NamedTuple):
    """A word to look for. ``core`` is the word without the single characters that joined it."""

    text: str
    core: str


def pieces(text: str) -> list[str]:
    """Cut any folded text into the words of the dictionary; the pieces put together are the text."""
    return list(rjieba.cut(text, hmm=False))


def words(han: str) -> list[Word]:
    """Cut a run of folded Chinese into the words to look for; never empty for a run that is not.

    Idle words are left out unless nothing else remains.
    """
    pieces = _joined(rjieba.cut(han, hmm=False), IDLE_WORDS)
    return pieces or _joined([han], frozenset())


def _joined(cut: list[str], idle: frozenset[str]) -> list[Word]:
    """Join single characters: several in a row make a word, one alone joins the word before, else after it."""
    found: list[Word] = []
    for stretch in _stretches(cut, idle):
        pieces = _singles_together(stretch)
        waiting = ""
        for position, piece in enumerate(pieces):
            if len(piece) > 1 or len(pieces) == 1:
                found.append(Word(waiting + piece, piece))
                waiting = ""
            elif position == 0:
                waiting = piece
            else:
                found[-1] = Word(found[-1].text + piece, found[-1].core)
    return found


def _singles_together(pieces: list[str]) -> list[str]:
    """Make one piece of single characters that follow each other."""
    together: list[str] = []
    after_single = False
    for piece in pieces:
        if after_single and len(piece) == 1:
            together[-1] += piece
        else:
            together.append(piece)
        after_single = len(piece) == 1
    return together


def _stretches(cut: list[str], idle: frozenset[str]) -> list[list[str]]:
    """Split the pieces where idle words stand."""
    split = (list(group) for keep, group in itertools.groupby(cut, key=lambda piece: piece not in idle) if keep)
    return [stretch for stretch in split if stretch]
