"""The search engine inside PostgreSQL: several servers share one index, written in the database itself."""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from minsheng.outbox import RecordKind
from search import ordering, postgres_schema
from search.corrections import LOOKED_AT, one_slip_apart, readings
from search.engine import (
    MAX_LIMIT,
    MAX_REACH,
    Document,
    Facet,
    FacetCount,
    Hit,
    Key,
    Mark,
    Query,
    Results,
    Sort,
)
from search.errors import IndexUnavailableError
from search.highlight import Highlighter
from search.matching import TITLED
from search.postgres_schema import LIVE, SCHEMA, as_query, document_of, key_text, query_text
from search.query import Alternative, Field, Group, Token, corrected_text, parse
from search.synonyms import NONE, Synonyms

_BATCH = 1_000
_SUGGESTIONS_LOOKED_AT = 100
_LOCK = 7_308_619_001
"""The number of the advisory lock that makes one writer at a time."""

# The planner cannot know how rare a pair of characters is: it would read the whole table, or, seeing the cost of
# not being allowed to, compile the query first.
_PLANNING = sa.select(
    sa.func.set_config("enable_seqscan", "off", True),
    sa.func.set_config("jit", "off", True),
    sa.func.set_config("plan_cache_mode", "force_custom_plan", True),
)

_SORTS = {
    Sort.OLDEST: ("date", False),
    Sort.NEWEST: ("date", True),
    Sort.MOST_MONEY: ("money", True),
    Sort.LEAST_MONEY: ("money", False),
    Sort.MOST_PROGRESS: ("progress", True),
    Sort.LEAST_PROGRESS: ("progress", False),
}


@dataclass(frozen=True)
class _Answer:
    """A query as it is answered: its condition on documents, and the groups it is made of."""

    condition: sa.ColumnElement[bool]
    wanted: tuple[Group, ...] = ()
    corrected: Mapping[str, str] | None = None
    is_partial: bool = False
    is_estimate: bool = False


class PostgresEngine:
    """Searches and writes an index in ``database``; any number of processes on any machines may hold one."""

    def __init__(self, database: sa.Engine, synonyms: Synonyms = NONE) -> None:
        self._database = database
        self.synonyms = synonyms
        self._version = postgres_schema.version()

    # Reading

    def search(self, query: Query) -> Results:
        """Answer a query from the latest committed state. Raises ``IndexUnavailableError`` without an index."""
        parsed = parse(query.text, self.synonyms)
        if parsed.is_void:
            return Results(truncated=parsed.truncated)
        with self._reading() as reader:
            answer = reader.answer(parsed.wanted, parsed.excluded, query.hidden)
            total, facets = reader.count(answer.condition, query)
            hits = tuple(reader.hits(answer, query))
        return Results(
            total=total,
            hits=hits,
            facets=facets,
            is_partial=answer.is_partial,
            is_estimate=answer.is_estimate,
            truncated=parsed.truncated,
            corrected=corrected_text(query.text, answer.corrected) if answer.corrected else "",
        )

    def suggest(self, text: str, limit: int = 8, hidden: frozenset[Key] = frozenset()) -> tuple[Hit, ...]:
        """Return records whose names hold what has been typed so far, each title once."""
        parsed = parse(text, self.synonyms, is_typing=True)
        if not parsed.wanted:
            return ()
        with self._reading() as reader:
            answer = reader.answer(parsed.wanted, parsed.excluded, hidden)
            named = sa.and_(
                answer.condition,
                reader.in_titles(answer.wanted),
                reader.table.c.kind != RecordKind.REPORT.value,
            )
            query = Query(text, limit=_SUGGESTIONS_LOOKED_AT)
            found: dict[str, Hit] = {}
            for hit in reader.hits(replace(answer, condition=named), query):
                found.setdefault(hit.document.title, replace(hit, snippet=()))
        return tuple(islice(found.values(), limit))

    def mark(self) -> Mark | None:
        """Return where the index stands, or None where there is no usable index."""
        try:
            with self._database.connect() as connection:
                row = connection.execute(sa.select(LIVE).where(LIVE.c.version == self._version)).one_or_none()
        except ProgrammingError:
            return None  # nothing has ever been built in this database
        return Mark(row.sequence, row.day) if row else None

    def held(self) -> frozenset[Key]:
        """Return the identities of all documents held."""
        with self._reading() as reader:
            rows = reader.execute(sa.select(reader.table.c.kind, reader.table.c.record_id))
            return frozenset(Key(RecordKind(kind), number) for kind, number in rows)

    @contextlib.contextmanager
    def _reading(self) -> Iterator["_Reader"]:
        with self._database.connect() as connection:
            try:
                name = connection.scalar(sa.select(LIVE.c.documents).where(LIVE.c.version == self._version))
            except ProgrammingError as error:
                raise IndexUnavailableError("nothing has ever been built") from error
            if name is None:
                raise IndexUnavailableError("there is no index of this version")
            connection.execute(_PLANNING)
            yield _Reader(connection, postgres_schema.document_table(name))

    # Writing

    def apply(self, documents: Iterable[Document], removed: Iterable[Key], mark: Mark) -> None:
        """Add, replace and remove documents in one commit that also records ``mark``."""
        rows = {document.key: postgres_schema.row_of(document) for document in documents}
        with self._database.begin() as connection:
            name = connection.scalar(sa.select(LIVE.c.documents).where(LIVE.c.version == self._version))
            if name is None:
                raise IndexUnavailableError("there is no index of this version")
            table = postgres_schema.document_table(name)
            gone = [(key.kind.value, key.record_id) for key in (*removed, *rows)]
            connection.execute(sa.delete(table).where(sa.tuple_(table.c.kind, table.c.record_id).in_(gone)))
            if rows:
                connection.execute(sa.insert(table), list(rows.values()))
            chosen = sa.update(LIVE).where(LIVE.c.version == self._version)
            connection.execute(chosen.values(sequence=mark.sequence, day=mark.day))

    def rebuild(self, documents: Iterable[Document], mark: Mark) -> None:
        """Build a new table beside the live one and switch to it in one commit."""
        with self._database.begin() as connection:
            connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
            LIVE.create(connection, checkfirst=True)
            # A table left half built by a process that died is in nobody's way but its name.
            tables = sa.inspect(connection).get_table_names(SCHEMA)
            number = 1 + max((int(name.rpartition("_")[2]) for name in tables if name != LIVE.name), default=0)
            table = postgres_schema.new_document_table(f"document_{self._version}_{number}")
            table.create(connection)
            # Texts and vectors are kept apart, so that counting reads short rows.
            connection.execute(sa.text(f'ALTER TABLE {SCHEMA}."{table.name}" SET (toast_tuple_target = 128)'))
            remaining = iter(documents)
            while batch := list(islice(remaining, _BATCH)):
                connection.execute(sa.insert(table), list(map(postgres_schema.row_of, batch)))
            for index in postgres_schema.indexes(table):
                index.create(connection)
            connection.execute(sa.delete(LIVE))
            values = {"version": self._version, "documents": table.name, "sequence": mark.sequence, "day": mark.day}
            connection.execute(sa.insert(LIVE).values(values))
            for name in tables:
                if name != LIVE.name:
                    connection.execute(sa.schema.DropTable(postgres_schema.new_document_table(name)))
        with self._database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f'ANALYZE {SCHEMA}."{table.name}"'))

    @contextlib.contextmanager
    def lock(self, *, wait: bool = False) -> Iterator[bool]:
        """Hold the writer's lock; yields whether it was got. The server releases it when the holder dies."""
        with self._database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if wait:
                connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK)))
                is_ours = True
            else:
                is_ours = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK))))
            try:
                yield is_ours
            finally:
                if is_ours:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK)))


class _Reader:
    """Reads one table of documents in one transaction."""

    def __init__(self, connection: sa.Connection, table: sa.Table) -> None:
        self._connection = connection
        self.table = table
        self._universe: sa.ColumnElement[bool] = sa.true()

    def execute(self, statement: sa.Executable) -> Sequence[Any]:
        """Return all rows of a statement."""
        return self._connection.execute(statement).all()

    def answer(self, wanted: Sequence[Group], excluded: Sequence[Group], hidden: Iterable[Key]) -> _Answer:
        """Return how the query is answered: all words, or where no document has all, as many as any has."""
        columns = self.table.c
        if keys := list(hidden):
            own = sa.tuple_(columns.kind, columns.record_id).in_([(key.kind.value, key.record_id) for key in keys])
            dependent = columns.parent.in_([key_text(key) for key in keys])
            self._universe = sa.and_(sa.not_(own), sa.or_(columns.parent.is_(None), sa.not_(dependent)))
        self._universe = sa.and_(self._universe, *(sa.not_(self._holds(group)) for group in excluded))
        if not wanted:
            return _Answer(self._universe)
        corrected: dict[str, str] = {}
        groups = [self._answered(group, corrected) for group in wanted]
        all_words = sa.and_(self._universe, *map(self._holds, groups))
        is_estimate = any(group.phrase and group.alternatives[0].field is not Field.ANY for group in groups)
        answer = _Answer(all_words, tuple(groups), corrected, is_estimate=is_estimate)
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
        return map(document_of, self.execute(sa.select(self.table).where(condition).limit(LOOKED_AT)))

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
        return sa.and_(*(self._stands_in_title(group) for group in groups)) if groups else sa.false()

    def _stands_in_title(self, group: Group) -> sa.ColumnElement[bool]:
        ways = tuple(replace(way, field=TITLED[way.field]) for way in group.alternatives if way.field in TITLED)
        return self._is_among(query_text([replace(group, alternatives=ways)])) if ways else sa.false()

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
        if group.phrase is None or group.alternatives[0].field is not Field.ANY:
            return held
        pieces = " ?".join(map(re.escape, postgres_schema.runs_text(group.text).split(" ")))
        return sa.and_(held, self.table.c.runs.op("~")(pieces))

    def _matches(self, query: str) -> sa.ColumnElement[bool]:
        matches: sa.ColumnElement[bool] = self.table.c.words.op("@@", is_comparison=True)(as_query(query))
        return matches

    def _exists(self, condition: sa.ColumnElement[bool]) -> bool:
        return bool(self._connection.scalar(sa.select(sa.exists().where(condition).select_from(self.table))))

    def count(self, condition: sa.ColumnElement[bool], query: Query) -> tuple[int, dict[Facet, tuple[FacetCount, ...]]]:
        """Return the total, and for each facet how many results each value would leave, in one reading."""
        narrowed = {facet: self._narrowed(facet, values) for facet, values in query.filters.items() if values}
        values = {facet: self._value(facet, query.place_parent) for facet in query.counted}
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
        found: dict[Facet, list[FacetCount]] = {facet: [] for facet in values}
        number = 0
        for facet, value, count in self.execute(sa.union_all(total, *parts)):
            if facet is None:
                number = count
            elif value is not None and count:
                found[Facet(facet)].append(FacetCount(value, count))
        ordered = {facet: sorted(counts, key=lambda one: (-one.total, one.value)) for facet, counts in found.items()}
        return number, {facet: tuple(counts) for facet, counts in ordered.items()}

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

    def hits(self, answer: _Answer, query: Query) -> Iterator[Hit]:
        """Yield the hits of the page asked for."""
        first = max(0, min(query.offset, MAX_REACH))
        last = min(first + max(0, min(query.limit, MAX_LIMIT)), MAX_REACH)
        filters = [self._narrowed(facet, values) for facet, values in query.filters.items() if values]
        chosen = sa.select(self.table).where(answer.condition, *filters)
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

    def _by_relevance(self, chosen: sa.Select[Any], answer: _Answer, last: int) -> list[Document]:
        """Return the first ``last`` documents in the tiers of :mod:`search.ordering`."""
        if not answer.wanted:
            repeats = self.table.c.kind == RecordKind.REPORT.value
            rows = self.execute(chosen.order_by(repeats, *self._newest_first()).limit(last))
            return [document_of(row) for row in rows]
        some = sa.or_(*(self._stands_in_title(group) for group in answer.wanted))
        tier = sa.case((self.in_titles(answer.wanted), 0), (some, 1), else_=2)
        by_synonyms = [
            sa.not_(self._is_among(query_text([replace(group, alternatives=group.alternatives[:1])])))
            for group in answer.wanted
            if len(group.alternatives) > 1
        ]
        is_other = sa.or_(sa.false(), *by_synonyms)
        repeats = self.table.c.kind == RecordKind.REPORT.value
        ordered = (
            chosen.add_columns(tier.label("tier"), is_other.label("is_other"), repeats.label("repeats"))
            .order_by("tier", "is_other", "repeats", *self._newest_first())
            .limit(max(last, ordering.CLOSELY_COMPARED))
        )
        groups: dict[tuple[int, bool, bool], list[Document]] = {}
        for row in self.execute(ordered):
            groups.setdefault((row.tier, row.is_other, row.repeats), []).append(document_of(row))
        typed = " ".join(group.text for group in answer.wanted)
        documents: list[Document] = []
        for (number, _, is_repeating), members in groups.items():
            is_compared = number == 0 and not is_repeating
            documents += ordering.closest_first(members, typed) if is_compared else members
        return documents[:last]

    def _newest_first(self) -> tuple[sa.ColumnElement[Any], ...]:
        columns = self.table.c
        return columns.date.desc().nulls_last(), columns.kind.asc(), columns.record_id.asc()


def _beginning(beginnings: Sequence[str]) -> Group:
    """Return the group of words that begin in one of these ways."""
    return Group("", tuple(Alternative((Token(one, is_prefix=True),)) for one in beginnings))
