"""The search engine inside PostgreSQL: several servers share one index, written in the database itself."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from minsheng.outbox import RecordKind
from search import postgres_schema
from search.engine import (
    Document,
    Hit,
    Key,
    Mark,
    Query,
    Results,
)
from search.errors import IndexUnavailableError
from search.postgres_reader import Reader
from search.postgres_schema import LIVE, SCHEMA
from search.query import corrected_text, parse
from search.synonyms import NONE, Synonyms

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

_BUILDING = sa.select(sa.func.set_config("maintenance_work_mem", "256MB", True))


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
    def _reading(self) -> Iterator["Reader"]:
        with self._database.connect() as connection:
            try:
                name = connection.scalar(sa.select(LIVE.c.documents).where(LIVE.c.version == self._version))
            except ProgrammingError as error:
                raise IndexUnavailableError("nothing has ever been built") from error
            if name is None:
                raise IndexUnavailableError("there is no index of this version")
            connection.execute(_PLANNING)
            yield Reader(connection, postgres_schema.document_table(name))

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
            connection.execute(_BUILDING)
            # Texts and vectors are kept apart, so that counting reads short rows.
            connection.execute(sa.text(f'ALTER TABLE {SCHEMA}."{table.name}" SET (toast_tuple_target = 128)'))
            _copy(connection, table, documents)
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


def _copy(connection: sa.Connection, table: sa.Table, documents: Iterable[Document]) -> None:
    """Write many documents the quickest way: as one stream, without a statement for each."""
    names = [column.name for column in table.columns if column.identity is None]
    columns = ", ".join(f'"{name}"' for name in names)
    cursor = connection.connection.cursor()
    statement = f'COPY {SCHEMA}."{table.name}" ({columns}) FROM STDIN'  # - names of our own
    with cursor, cursor.copy(statement) as stream:  # type: ignore[attr-defined]  # psycopg's own cursor
        for document in documents:
            row = postgres_schema.row_of(document)
            row["stored"] = json.dumps(row["stored"], ensure_ascii=False)
            stream.write_row([row[name] for name in names])
