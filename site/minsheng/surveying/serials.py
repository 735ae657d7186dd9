"""Numbers of printed sheets that a clerk types on the number pad: digits only, the last one a check digit.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004): it notices every single wrong
digit and every two swapped neighbours.
"""

import unicodedata

FIRST_NUMBER = 1_000_001
"""Seven digits from the first sheet on."""
DIGITS = 7
_STEPS = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
"""Damm's quasigroup of order ten: the row is what came before, the column the next digit."""


def _passed_through(digits: str) -> int:
    step = 0
    for digit in digits:
        step = _STEPS[step][int(digit)]
    return step


def serial_of(number: int) -> str:
    """Return a sheet's number with its check digit: 1000001 → ``10000012``."""
    return f"{number}{_passed_through(str(number))}"


def shown(serial: str) -> str:
    """Return a serial as it is printed, in groups of four: ``1000 0012``."""
    return " ".join(serial[start : start + 4] for start in range(0, len(serial), 4))


def number_of(typed: str) -> int | None:
    """Return the number of a typed or scanned serial, or None where its check digit says that it is wrong."""
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", typed) if not sign.isspace() and sign != "-")
    if not (digits.isascii() and digits.isdigit() and DIGITS < len(digits) <= DIGITS + 2):
        return None
    return int(digits[:-1]) if _passed_through(digits) == 0 else None
