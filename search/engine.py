"""The interface every search engine keeps: documents in, queries in, results out.

An engine knows nothing of the database, the web or the interface's words: it holds documents and answers
queries over them. Each commit carries a mark that says how far it has come, for whoever feeds it.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from minsheng.outbox import RecordKind
from search.synonyms import Synonyms

PAGE_BREAK = "\f"
"""What parts the pages of a text."""
MAX_LIMIT = 100
MAX_REACH = 2_000
"""How deep one may page: beyond this a narrower question is the better answer."""


class Facet(enum.StrEnum):
    """By what results may be counted and narrowed."""

    KIND = "kind"
    PLACE = "place"
    YEAR = "year"
    CATEGORY = "category"
    PROGRAMME = "programme"
    AGENCY = "agency"
    STAGE = "stage"
    STATUS = "status"
    ORIGIN = "origin"


class Sort(enum.StrEnum):
    """Orders of results; records without the value come last whichever way it is sorted."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    MOST_MONEY = "most_money"
    LEAST_MONEY = "least_money"
    MOST_PROGRESS = "most_progress"
    LEAST_PROGRESS = "least_progress"


class Key(NamedTuple):
    """The identity of a document: the kind of record and its number in the database."""

    kind: RecordKind
    record_id: int


@dataclass(frozen=True, slots=True)
class Document:
    """A record as search sees it: only what residents may see.

    ``slug`` is what an address is made from. ``keywords`` are searched but never shown. ``place_path`` holds the
    codes of the place and all above it, province first. Codes (``category``, ``stage``, ``status``, ``origin``)
    are the domain's values; the faces word them. ``money_fen`` is in fen, ``progress`` in percent. Of a public file,
    ``owner_title`` is the record it belongs to; with ``has_pages`` its pages are parted by ``PAGE_BREAK``.
    """

    kind: RecordKind
    record_id: int
    slug: str
    title: str
    text: str = ""
    keywords: str = ""
    place_path: tuple[str, ...] = ()
    place_name: str = ""
    agency: str = ""
    agency_name: str = ""
    programme: str = ""
    programme_title: str = ""
    year: int | None = None
    category: str = ""
    category_words: str = ""
    stage: str = ""
    status: str = ""
    origin: str = ""
    month: str = ""
    date: dt.date | None = None
    money_fen: int | None = None
    progress: float | None = None
    owner_title: str = ""
    has_pages: bool = False
    is_invented: bool = False
    parent: Key | None = None

    @property
    def key(self) -> Key:
        """The document's identity."""
        return Key(self.kind, self.record_id)

    def facet_values(self) -> Iterable[tuple[Facet, str]]:
        """Return the facet values the document counts under; a place counts under all above it."""
        single = {
            Facet.KIND: self.kind.value,
            Facet.YEAR: str(self.year) if self.year is not None else "",
            Facet.CATEGORY: self.category,
            Facet.PROGRAMME: self.programme,
            Facet.AGENCY: self.agency,
            Facet.STAGE: self.stage,
            Facet.STATUS: self.status,
            Facet.ORIGIN: self.origin,
        }
        found = [(facet, value) for facet, value in single.items() if value]
        return found + [(Facet.PLACE, code) for code in self.place_path]


@dataclass(frozen=True, slots=True)
class Query:
    """A question. ``text`` is what was typed, as it was typed.

    Values of one facet in ``filters`` are alternatives; different facets must all hold. ``counted`` names the
    facets to count; places are counted one level below ``place_parent`` ("" is the country). ``hidden`` keys are
    treated as absent: records whose latest change the engine does not hold yet.
    """

    text: str = ""
    filters: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 20
    counted: tuple[Facet, ...] = ()
    place_parent: str = ""
    hidden: frozenset[Key] = frozenset()


class Passage(NamedTuple):
    """A piece of text in the script it was written in; ``is_match`` pieces are to be marked."""

    text: str
    is_match: bool


Snippet = tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: the document, its whole title and the telling part of its text, with matches marked.

    ``page`` is the page the snippet stands on, from 1, or 0 where there are no pages or nothing in them matches.
    """

    document: Document
    title: Snippet
    snippet: Snippet
    page: int = 0


class FacetCount(NamedTuple):
    """How many results a facet value would leave."""

    value: str
    total: int


@dataclass(frozen=True, slots=True)
class Results:
    """The answer. ``total`` counts all matches, of which the first ``MAX_REACH`` can be paged to.

    ``is_partial``: no record held all the words, so these hold as many of them as any does.
    ``is_estimate``: an exact phrase was checked in the leading records only, so ``total`` is an upper bound.
    ``truncated``: the query was longer than is read.
    ``corrected``: the query that was answered, where words in it stood nowhere and were taken for others; else "".
    """

    total: int = 0
    hits: tuple[Hit, ...] = ()
    facets: Mapping[Facet, tuple[FacetCount, ...]] = field(default_factory=dict)
    is_partial: bool = False
    is_estimate: bool = False
    truncated: bool = False
    corrected: str = ""


class Mark(NamedTuple):
    """Where an index stands: the number of the last change it holds, and the day schedule status was stated for."""

    sequence: int
    day: dt.date


class SearchEngine(Protocol):
    """What an engine can do. All methods may be called from any thread.

    ``synonyms`` is the list that queries are read with; another may be put in its place at any time.
    """

    synonyms: Synonyms

    def search(self, query: Query) -> Results:
        """Answer a query from the latest committed state."""
        ...

    def lock(self, *, wait: bool = False) -> AbstractContextManager[bool]:
        """Return a context that holds the writer's lock and tells whether it was got."""
        ...

    def apply(self, documents: Iterable[Document], removed: Iterable[Key], mark: Mark) -> None:
        """Add or replace ``documents`` and take out ``removed`` in one commit that also records ``mark``.

        Only one writer at a time: callers hold the index lock.
        """
        ...

    def rebuild(self, documents: Iterable[Document], mark: Mark) -> None:
        """Build a new index beside the live one and switch to it at once. Callers hold the index lock."""
        ...

    def suggest(self, text: str, limit: int = 8, hidden: frozenset[Key] = frozenset()) -> tuple[Hit, ...]:
        """Return records whose names hold what has been typed so far, each title once; no text is shown."""
        ...

    def mark(self) -> Mark | None:
        """Return where the index stands, or None where there is no usable index."""
        ...

    def held(self) -> frozenset[Key]:
        """Return the identities of all documents held."""
        ...
