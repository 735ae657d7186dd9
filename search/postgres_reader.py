"""Reading the index inside PostgreSQL: one query, put to one table of documents in one transaction."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from minsheng.outbox import RecordKind
from minsheng.records.publication import Origin
from search import ordering, postgres_schema
from search.corrections import LOOKED_AT, one_slip_apart, readings
from search.engine import MAX_LIMIT, MAX_REACH, Document, Facet, FacetCount, Hit, Key, Query, Sort
from search.highlight import Highlighter
from search.matching import MAX_PHRASE_CHECKS, TITLED
from search.postgres_schema import as_query, document_of, key_text, query_text
from search.query import Alternative, Field, Group, Token

_SORTS = {
    Sort.OLDEST: ("date", False),
    Sort.NEWEST: ("date", True),
    Sort.MOST_MONEY: ("money", True),
    Sort.LEAST_MONEY: ("money", False),
    Sort.MOST_PROGRESS: ("progress", True),
    Sort.LEAST_PROGRESS: ("progress", False),
}


@dataclass(frozen=True)
class Answer:
    """A query as it is answered: its condition on documents, and the groups it is made of."""

    condition: sa.ColumnElement[bool]
    wanted: tuple[Group, ...] = ()
    corrected: Mapping[str, str] | None = None
    is_partial: bool = False
    is_estimate: bool = False


_Values = Mapping[Facet, sa.ColumnElement[Any]]


class Reader:
    """Reads one table of documents in one transaction."""

    def __init__(self, connection: sa.Connection, table: sa.Table) -> None:
        self._connection = connection
        self.table = table
        # Not the vectors and the runs, which are stored apart and cost more to fetch than all the rest.
        self._shown = [column for column in table.columns if column.name not in {"words", "runs"}]
        self._universe: sa.ColumnElement[bool] = sa.true()
        self._rejected: dict[tuple[str, Field], list[int]] = {}
        self._is_estimate = False

    def execute(self, statement: sa.Executable) -> Sequence[Any]:
        """Return all rows of a statement."""
        return self._connection.execute(statement).all()

    def answer(self, wanted: Sequence[Group], excluded: Sequence[Group], hidden: Iterable[Key]) -> Answer:
        """Return how the query is answered: all words, or where no document has all, as many as any has."""
        columns = self.table.c
        if keys := list(hidden):
            own = sa.tuple_(columns.kind, columns.record_id).in_([(key.kind.value, key.record_id) for key in keys])
            dependent = columns.parent.in_([key_text(key) for key in keys])
            self._universe = sa.and_(sa.not_(own), sa.or_(columns.parent.is_(None), sa.not_(dependent)))
        self._universe = sa.and_(self._universe, *(sa.not_(self._holds(group)) for group in excluded))
        if not wanted:
            return Answer(self._universe)
        corrected: dict[str, str] = {}
        groups = [self._answered(group, corrected) for group in wanted]
        all_words = sa.and_(self._universe, *map(self._holds, groups))
        answer = Answer(all_words, tuple(groups), corrected, is_estimate=self._is_estimate)
        if len(groups) == 1 or self._exists(all_words):
            return answer
        among = [self._is_among(query_text([group])) for group in groups]
        held = sum((sa.cast(one, sa.Integer) for one in among), start=sa.literal(0))
        some_words = sa.and_(self._universe, sa.or_(*map(self._holds, groups)))
        most = self._connection.scalar(sa.select(sa.func.max(held)).where(some_words))
        if most is None:
            return answer
        return replace(answer, condition=sa.and_(some_words, held == most), is_partial=True)

    def _answered(self, group: Group, corrected: dict[str, str]) -> Group:
        """Return the group in the first reading that any document satisfies."""
        for reading, meant in readings(group, self):
            if self._exists(sa.and_(self._universe, self._holds(reading))):
                if meant is not None:
                    corrected[group.text] = meant
                return replace(reading, fallbacks=())
        return group

    def some_documents(self, groups: Iterable[Group]) -> Iterator[Document]:
        """Yield a few documents that satisfy all groups."""
        condition = sa.and_(self._universe, *map(self._holds, groups))
        return map(document_of, self.execute(sa.select(*self._shown).where(condition).limit(LOOKED_AT)))

    def words_near(self, word: str) -> Mapping[str, int]:
        """Return the Latin words of the index one slip away from ``word``, with the number of their documents."""
        # Words whose first letter is mistyped are not looked for: that would be a reading of the whole table.
        beginnings = {word[0], word[1]}
        lexemes = sa.func.unnest(sa.func.tsvector_to_array(self.table.c.words)).label("lexeme")
        near = query_text([_beginning(sorted(beginnings))])
        rows = sa.select(lexemes).where(self.table.c.words.op("@@")(as_query(near))).subquery()
        counted = (
            sa.select(rows.c.lexeme, sa.func.count())
            .where(rows.c.lexeme.op("~")("^a[a-z]+$"), sa.func.length(rows.c.lexeme).between(len(word), len(word) + 2))
            .group_by(rows.c.lexeme)
        )
        return {lexeme[1:]: count for lexeme, count in self.execute(counted) if one_slip_apart(word, lexeme[1:])}

    def in_titles(self, groups: Sequence[Group]) -> sa.ColumnElement[bool]:
        """Return the condition that all groups stand in the title."""
        titled = [self._titled(group) for group in groups]
        return self._matches(" & ".join(titled)) if titled and all(titled) else sa.false()

    @staticmethod
    def _titled(group: Group) -> str:
        """Return the question whether a group stands in the title, or nothing for one that never does."""
        ways = tuple(replace(way, field=TITLED[way.field]) for way in group.alternatives if way.field in TITLED)
        return query_text([replace(group, alternatives=ways)]) if ways else ""

    def _is_among(self, query: str) -> sa.ColumnElement[bool]:
        """Return the condition that a document matches, found through the index rather than in its vector.

        Vectors are stored compressed and apart; unpacking thousands of them only to put results in order takes
        longer than all the rest.
        """
        other = self.table.alias()
        found = sa.select(other.c.row).where(other.c.words.op("@@", is_comparison=True)(as_query(query)))
        return self.table.c.row.in_(found)

    def _holds(self, group: Group) -> sa.ColumnElement[bool]:
        """Return the condition that a document satisfies a group, and holds its phrase in one piece."""
        held = self._matches(query_text([group]))
        rejected = self._without_phrase(group) if group.phrase is not None else []
        return sa.and_(held, self.table.c.row.not_in(rejected)) if rejected else held

    def _without_phrase(self, group: Group) -> list[int]:
        """Return the rows among the newest candidates that hold the words of a phrase, but not in one piece.

        Beyond a bound the rest is taken on trust, as in :mod:`search.matching`; so it is where only one field counts.
        """
        field = group.alternatives[0].field
        if (group.text, field) not in self._rejected:
            columns = self.table.c
            candidates = (
                sa.select(columns.row, columns.runs)
                .where(self._matches(query_text([group])))
                .order_by(*self._newest_first())
                .limit(MAX_PHRASE_CHECKS)
            ).subquery()
            pieces = " ?".join(map(re.escape, postgres_schema.runs_text(group.text).split(" ")))
            is_held = candidates.c.runs.op("~", is_comparison=True)(pieces)
            rows = self.execute(sa.select(candidates.c.row, is_held))
            self._is_estimate |= len(rows) == MAX_PHRASE_CHECKS or field is not Field.ANY
            self._rejected[group.text, field] = [number for number, holds in rows if not holds]
        return self._rejected[group.text, field]

    def _matches(self, query: str) -> sa.ColumnElement[bool]:
        matches: sa.ColumnElement[bool] = self.table.c.words.op("@@", is_comparison=True)(as_query(query))
        return matches

    def _exists(self, condition: sa.ColumnElement[bool]) -> bool:
        return bool(self._connection.scalar(sa.select(sa.exists().where(condition).select_from(self.table))))

    def count(self, condition: sa.ColumnElement[bool], query: Query) -> tuple[int, dict[Facet, tuple[FacetCount, ...]]]:
        """Return the total, and for each facet how many results each value would leave, in one reading."""
        values = {facet: self._value(facet, query.place_parent) for facet in query.counted}
        narrowed = {facet: self._narrowed(facet, chosen) for facet, chosen in query.filters.items() if chosen}
        rows = self._counted(condition, values, narrowed) if narrowed else self._grouped(condition, values)
        found: dict[Facet, list[FacetCount]] = {facet: [] for facet in values}
        number = 0
        for facet, value, count in rows:
            if facet is None:
                number = count
            elif value is not None and count:
                found[Facet(facet)].append(FacetCount(value, count))
        ordered = {facet: sorted(counts, key=lambda one: (-one.total, one.value)) for facet, counts in found.items()}
        return number, {facet: tuple(counts) for facet, counts in ordered.items()}

    def _grouped(self, condition: sa.ColumnElement[bool], values: _Values) -> Iterator[tuple[Any, Any, int]]:
        """Yield facet, value and count where nothing narrows, the total last: one pass over the rows serves all."""
        chosen = sa.select(*(value.label(f"value_{facet.value}") for facet, value in values.items()))
        rows = chosen.add_columns(sa.literal(1).label("one")).where(condition).subquery()
        columns = [rows.c[f"value_{facet.value}"] for facet in values]
        if not columns:
            yield None, None, self._connection.scalar(sa.select(sa.func.count()).select_from(rows)) or 0
            return
        sets = sa.func.grouping_sets(sa.tuple_(), *(sa.tuple_(column) for column in columns))
        # Of the bits of grouping(), the one that is 0 names the column that a row is a group of.
        which = sa.func.grouping(*columns)
        total = 0
        for bits, count, *group in self.execute(sa.select(which, sa.func.count(), *columns).group_by(sets)):
            grouped_by = [at for at in range(len(columns)) if not bits >> (len(columns) - 1 - at) & 1]
            if grouped_by:
                yield list(values)[grouped_by[0]], group[grouped_by[0]], count
            else:
                total = count
        yield None, None, total

    def _counted(
        self, condition: sa.ColumnElement[bool], values: _Values, narrowed: _Values
    ) -> Sequence[tuple[Any, Any, int]]:
        """Return facet, value and count under filters: a facet's own filter is set aside when it is counted."""
        matched = sa.select(
            *(value.label(f"value_{facet.value}") for facet, value in values.items()),
            *(one.label(f"in_{facet.value}") for facet, one in narrowed.items()),
        ).where(condition)
        rows = matched.cte("matched").prefix_with("MATERIALIZED", dialect="postgresql")
        columns = rows.c

        def counted(but: Facet | None) -> sa.ColumnElement[int]:
            kept = [columns[f"in_{facet.value}"] for facet in narrowed if facet is not but or facet is Facet.PLACE]
            return sa.func.count().filter(sa.and_(sa.true(), *kept))

        total = sa.select(sa.null(), sa.null(), counted(None)).select_from(rows)
        parts = [
            sa.select(sa.literal(facet.value), columns[f"value_{facet.value}"], counted(facet))
            .select_from(rows)
            .group_by(columns[f"value_{facet.value}"])
            for facet in values
        ]
        return self.execute(sa.union_all(total, *parts))

    def _value(self, facet: Facet, parent: str) -> sa.ColumnElement[Any]:
        """Return the value a document counts under; a place counts under the one just below ``parent``."""
        if facet is not Facet.PLACE:
            return self.table.c[facet.value]
        place = self.table.c.place
        return place[sa.func.array_position(place, parent) + 1] if parent else place[1]

    def _narrowed(self, facet: Facet, values: Sequence[str]) -> sa.ColumnElement[bool]:
        column = self.table.c[facet.value]
        if facet is Facet.PLACE:
            overlaps: sa.ColumnElement[bool] = column.overlap(list(values))
            return overlaps
        return sa.func.coalesce(column.in_(values), sa.false())

    def hits(self, answer: Answer, query: Query) -> Iterator[Hit]:
        """Yield the hits of the page asked for."""
        first = max(0, min(query.offset, MAX_REACH))
        last = min(first + max(0, min(query.limit, MAX_LIMIT)), MAX_REACH)
        filters = [self._narrowed(facet, values) for facet, values in query.filters.items() if values]
        chosen = sa.select(*self._shown).where(answer.condition, *filters)
        if query.sort is Sort.RELEVANCE:
            documents = self._by_relevance(chosen, answer, last)
        else:
            name, descending = _SORTS[query.sort]
            column = self.table.c[name]
            by_number = column.desc() if descending else column.asc()
            ordered = chosen.order_by(by_number.nulls_last(), *self._newest_first()).limit(last)
            documents = [document_of(row) for row in self.execute(ordered)]
        highlighter = Highlighter(answer.wanted)
        for document in documents[first:last]:
            yield highlighter.hit(document)

    def _by_relevance(self, chosen: sa.Select[Any], answer: Answer, last: int) -> list[Document]:
        """Return the first ``last`` documents in the tiers of :mod:`search.ordering`."""
        if not answer.wanted:
            kind = self.table.c.kind
            listed: list[Document] = []
            for stage in (kind != RecordKind.REPORT.value, kind == RecordKind.REPORT.value):
                # In the order of dates alone, which an index has ready.
                rows = self.execute(chosen.where(stage).order_by(*self._newest_first()).limit(last - len(listed)))
                listed += map(document_of, rows)
            return listed
        documents: list[Document] = []
        typed = " ".join(group.text for group in answer.wanted)
        for is_titled, condition in self._tiers(answer):
            found = self._of_tier(
                chosen.where(condition), answer, max(last - len(documents), ordering.CLOSELY_COMPARED)
            )
            for members in found:
                documents += ordering.closest_first(members, typed) if is_titled else members
            if len(documents) >= last:
                break
        return documents[:last]

    def _tiers(self, answer: Answer) -> Iterator[tuple[bool, sa.ColumnElement[bool]]]:
        """Yield the conditions of the tiers, the best first, and whether all words stand in the title in it.

        Most pages are full before the large tiers are read. What stands in a title is asked of the index itself:
        asked for as rows among others, it would be joined.
        """
        titled = [self._titled(group) for group in answer.wanted]
        known = [query for query in titled if query]
        every = " & ".join(known) if len(known) == len(titled) else ""
        some = " | ".join(f"({query})" for query in known)
        is_report = self.table.c.kind == RecordKind.REPORT.value
        if every:
            yield True, sa.and_(self._matches(every), sa.not_(is_report))
        if some and some != f"({every})":
            some_only = sa.and_(self._matches(some), sa.not_(self._is_among(every)) if every else sa.true())
            yield False, sa.and_(some_only, sa.not_(is_report))
        yield False, sa.not_(self._is_among(some)) if some else sa.true()
        if some:
            # Monthly reports repeat the titles of their projects.
            yield False, sa.and_(self._matches(some), is_report)

    def _of_tier(self, chosen: sa.Select[Any], answer: Answer, most: int) -> Iterable[list[Document]]:
        """Return the documents of a tier: words as typed first, then this installation's, then records, the newest."""
        by_synonyms = [
            sa.not_(self._is_among(query_text([replace(group, alternatives=group.alternatives[:1])])))
            for group in answer.wanted
            if len(group.alternatives) > 1
        ]
        repeats = self.table.c.kind == RecordKind.REPORT.value
        # Places and agencies have no origin: an ordinary comparison would put them behind all that have one.
        is_compiled = self.table.c.origin.is_not_distinct_from(Origin.COMPILED.value)
        ordered = (
            chosen.add_columns(
                sa.or_(sa.false(), *by_synonyms).label("is_other"),
                is_compiled.label("is_compiled"),
                repeats.label("repeats"),
            )
            .order_by("is_other", "is_compiled", "repeats", *self._newest_first())
            .limit(most)
        )
        groups: dict[tuple[bool, bool, bool], list[Document]] = {}
        for row in self.execute(ordered):
            groups.setdefault((row.is_other, row.is_compiled, row.repeats), []).append(document_of(row))
        return groups.values()

    def _newest_first(self) -> tuple[sa.ColumnElement[Any], ...]:
        columns = self.table.c
        return columns.date.desc().nulls_last(), columns.kind.asc(), columns.record_id.asc()


def _beginning(beginnings: Sequence[str]) -> Group:
    """Return the group of words that begin in one of these ways."""
    return Group("", tuple(Alternative((Token(one, is_prefix=True),)) for one in beginnings))
