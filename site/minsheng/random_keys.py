"""Primary keys that tell nothing: no order of arrival, so that rows of two tables cannot be matched by it."""

import secrets
from typing import Annotated

import sqlalchemy as sa
from sqlalchemy.orm import mapped_column

LARGEST = 2**62


def random_key() -> int:
    """Return a random number from 1 to 2^62."""
    return secrets.randbelow(LARGEST) + 1


WideInteger = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""64 bits in both databases; SQLite keeps rows in the order of such a key only under the plain name."""
RandomIdentity = Annotated[int, mapped_column(WideInteger, primary_key=True, autoincrement=False, default=random_key)]
