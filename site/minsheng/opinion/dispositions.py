"""What became of the people drawn, and the response rates that follow."""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass


class Disposition(enum.StrEnum):
    """Final dispositions. Source: AAPOR, Standard Definitions, 10th ed. 2023; its letters are in brackets."""

    COMPLETE = "complete"
    """Complete (I)."""
    PARTIAL = "partial"
    """Partial (P)."""
    REFUSAL = "refusal"
    """Refusal and break-off (R)."""
    NON_CONTACT = "non_contact"
    """Non-contact (NC)."""
    OTHER = "other"
    """Eligible, other reason (O)."""
    UNKNOWN_HOUSEHOLD = "unknown_household"
    """Unknown whether a household (UH)."""
    UNKNOWN_OTHER = "unknown_other"
    """Unknown, other (UO)."""
    NOT_ELIGIBLE = "not_eligible"
    """Not eligible."""


ELIGIBLE = (
    Disposition.COMPLETE,
    Disposition.PARTIAL,
    Disposition.REFUSAL,
    Disposition.NON_CONTACT,
    Disposition.OTHER,
)
UNKNOWN = (Disposition.UNKNOWN_HOUSEHOLD, Disposition.UNKNOWN_OTHER)


@dataclass(frozen=True)
class ResponseRates:
    """AAPOR's response rates, 0 to 1, None where nobody was drawn.

    ``e`` is the share of the people of unknown eligibility who are taken to be eligible; it is None where nobody's
    eligibility is known, and ``is_e_estimated`` tells whether it was worked out here or given.
    """

    rr1: float | None
    rr2: float | None
    rr3: float | None
    rr4: float | None
    e: float | None
    is_e_estimated: bool


def response_rates(counts: Mapping[Disposition, int], e: float | None = None) -> ResponseRates:
    """Return RR1 to RR4. Without ``e``, it is the eligible among the people whose eligibility is known (CASRO).

    RR1 = I / (I+P+R+NC+O+UH+UO), RR2 = (I+P) / the same; RR3 and RR4 count only e·(UH+UO). Raises ``ValueError``
    for negative counts or an ``e`` outside 0 to 1.
    """
    if any(count < 0 for count in counts.values()) or (e is not None and not 0 <= e <= 1):
        raise ValueError((dict(counts), e))
    complete, partial = counts.get(Disposition.COMPLETE, 0), counts.get(Disposition.PARTIAL, 0)
    eligible = sum(counts.get(kind, 0) for kind in ELIGIBLE)
    unknown = sum(counts.get(kind, 0) for kind in UNKNOWN)
    known = eligible + counts.get(Disposition.NOT_ELIGIBLE, 0)
    used = e if e is not None else (eligible / known if known else None)

    def rate(reached: int, among: float) -> float | None:
        return reached / among if among > 0 else None

    likely = math.nan if used is None else eligible + used * unknown
    return ResponseRates(
        rate(complete, eligible + unknown),
        rate(complete + partial, eligible + unknown),
        rate(complete, likely),
        rate(complete + partial, likely),
        used,
        e is None,
    )
