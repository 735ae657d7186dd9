"""Civil time in SQL: the day and the month in China of a stored moment, for counts made inside the database.

SQLite and PostgreSQL spell these differently. China has kept one hour since 1991, UTC+8, before any case here.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class local_day(FunctionElement[dt.date]):  # noqa: N801 - named and used like a function of SQL
    """The civil date in China of a moment; compare :func:`minsheng.clock.local_date`."""

    type = sa.Date()
    inherit_cache = True


class local_month(FunctionElement[str]):  # noqa: N801 - as above
    """The month in China of a moment, ``YYYY-MM``."""

    type = sa.String()
    inherit_cache = True


class days_between(FunctionElement[int]):  # noqa: N801 - as above
    """Days from the second date to the first, negative where that is earlier."""

    type = sa.Integer()
    inherit_cache = True


def _arguments(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> list[str]:
    return [compiler.process(clause, **options) for clause in element.clauses]


@compiles(local_day)
def _day(element: local_day, compiler: SQLCompiler, **options: Any) -> str:
    (moment,) = _arguments(element, compiler, **options)
    return f"date({moment}, '+8 hours')"


@compiles(local_day, "postgresql")
def _day_postgresql(element: local_day, compiler: SQLCompiler, **options: Any) -> str:
    (moment,) = _arguments(element, compiler, **options)
    return f"CAST(({moment} AT TIME ZONE 'Asia/Shanghai') AS DATE)"


@compiles(local_month)
def _month(element: local_month, compiler: SQLCompiler, **options: Any) -> str:
    (moment,) = _arguments(element, compiler, **options)
    return f"substr(date({moment}, '+8 hours'), 1, 7)"


@compiles(local_month, "postgresql")
def _month_postgresql(element: local_month, compiler: SQLCompiler, **options: Any) -> str:
    (moment,) = _arguments(element, compiler, **options)
    return f"to_char({moment} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


@compiles(days_between)
def _days(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = _arguments(element, compiler, **options)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _days_postgresql(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = _arguments(element, compiler, **options)
    return f"({later} - {earlier})"
