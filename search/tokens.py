"""The tokens a document is found by, field by field: the same in every engine."""

import functools
from collections.abc import Collection

from search import analysis, pinyin
from search.engine import Document
from search.query import Field


def by_field(document: Document) -> dict[Field, Collection[str]]:
    """Return the tokens of each field of a document."""
    searched = {
        Field.TITLE: document.title,
        Field.PLACE: document.place_name,
        Field.AGENCY: document.agency_name,
        Field.PROGRAMME: document.programme_title,
        Field.CATEGORY: document.category_words,
    }
    held: dict[Field, Collection[str]] = {field: _of_name(text) for field, text in searched.items()}
    everything = analysis.tokens(document.text) | analysis.tokens(document.keywords)
    held[Field.ANY] = everything.union(*held.values())
    held[Field.PARTS] = analysis.part_tokens(document.title)
    names = (document.title, document.place_name, document.agency_name)
    held[Field.PINYIN] = frozenset().union(*map(_readings_of_name, names))
    return held


@functools.lru_cache(maxsize=4096)
def _of_name(name: str) -> frozenset[str]:
    """Return the tokens of a name; those of places, agencies and programmes come again and again."""
    return frozenset(analysis.tokens(name))


@functools.lru_cache(maxsize=4096)
def _readings_of_name(name: str) -> frozenset[str]:
    return frozenset(pinyin.tokens(name))
