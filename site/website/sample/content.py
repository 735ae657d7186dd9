"""The written content of the sample county: TOML files beside this module."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


@cache
def content(name: str) -> dict[str, Any]:
    """Return the parsed file ``name.toml``; callers do not change it."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def exact(number: float | str | Decimal) -> Decimal:
    """Return a number of the content in the form in which the database gives it back: without needless zeros."""
    value = Decimal(str(number)).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
