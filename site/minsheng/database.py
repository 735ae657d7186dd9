"""The database handle, the declarative base and the column types every model shares.

Amounts of money are integers in fen. Quantities and percentages are exact decimals with four places, kept
as scaled integers so that SQLite and PostgreSQL agree to the last digit. Times are aware and kept in UTC.
"""

import contextlib
import contextvars
import datetime as dt
import decimal
import enum
from collections.abc import Iterator
from typing import Annotated, Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import orm
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_reads_only: contextvars.ContextVar[bool] = contextvars.ContextVar("reads_only", default=False)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Mark transactions that begin in here as reading only, so that on SQLite they keep nobody from writing."""
    token = _reads_only.set(True)
    try:
        yield
    finally:
        _reads_only.reset(token)


def is_reading() -> bool:
    """Return whether a transaction that begins now is to read only."""
    return _reads_only.get()


SCALE = 4
_FACTOR = decimal.Decimal(10) ** SCALE


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware datetime, stored in UTC. Refuses naive values with ``ValueError``."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn an aware time into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Mark what SQLite returns without a zone as UTC."""
        if value is None:
            return None
        stored: dt.datetime = value
        return stored.replace(tzinfo=dt.UTC) if stored.tzinfo is None else stored.astimezone(dt.UTC)


class ExactDecimal(TypeDecorator[decimal.Decimal]):
    """A decimal with at most four places, stored as an integer of ten-thousandths.

    Raises ``ValueError`` for values with more places or beyond 64 bits: rounding is the caller's decision.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Scale up; refuse what would lose digits."""
        if value is None:
            return None
        scaled = decimal.Decimal(value) * _FACTOR
        if scaled != scaled.to_integral_value() or abs(scaled) >= 2**63:
            raise ValueError(f"{value} does not fit a decimal with {SCALE} places")
        return int(scaled)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> decimal.Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Scale down and drop trailing zeros."""
        if value is None:
            return None
        number = (decimal.Decimal(int(value)) / _FACTOR).normalize()
        return number.quantize(decimal.Decimal(1)) if number == number.to_integral_value() else number


class Base(orm.DeclarativeBase):
    """Base of all models."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute
        dt.datetime: UTCDateTime(),
        decimal.Decimal: ExactDecimal(),
    }


db = SQLAlchemy(metadata=Base.metadata)

Identity = Annotated[int, orm.mapped_column(primary_key=True)]
Fen = Annotated[int, orm.mapped_column(sa.BigInteger)]
"""Money in fen (1/100 yuan)."""


def enumeration(kind: type[enum.StrEnum]) -> sa.Enum:
    """Return a column type that stores the values of ``kind`` as text and lets the database check them."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).strip("_")
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


def now() -> dt.datetime:
    """Return the present moment, aware. Only the faces and commands call it; rules take ``as_of``."""
    return dt.datetime.now(dt.UTC)
