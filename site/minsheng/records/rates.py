"""Rates of money. Each names its denominator; none is capped, for cities do publish 103.57 % arrived.

Amounts are integers in fen. Rates are exact percentages; a missing amount or a zero denominator gives None,
which pages show as a dash, never as 0 %.
"""

import enum
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


class Denominator(enum.StrEnum):
    """What a rate is a share of; shown beside every rate."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    DISBURSED = "disbursed"
    PLANNED_INVESTMENT_OF_YEAR = "planned_investment_of_year"


class RateKind(enum.StrEnum):
    """到位率, 拨付率, 支出率, 投资完成率."""

    ARRIVAL = "arrival"
    DISBURSEMENT = "disbursement"
    SPENDING = "spending"
    COMPLETION = "completion"


DENOMINATORS = {
    RateKind.ARRIVAL: Denominator.PLANNED,
    RateKind.DISBURSEMENT: Denominator.ARRIVED,
    RateKind.SPENDING: Denominator.DISBURSED,
    RateKind.COMPLETION: Denominator.PLANNED_INVESTMENT_OF_YEAR,
}


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with the amounts it was made of, in fen; ``percent`` is None where it cannot be computed."""

    kind: RateKind
    numerator_fen: int | None
    denominator_fen: int | None

    @property
    def denominator(self) -> Denominator:
        """What the rate is a share of."""
        return DENOMINATORS[self.kind]

    @property
    def percent(self) -> Fraction | None:
        """The exact percentage, uncapped."""
        return share(self.numerator_fen, self.denominator_fen)


def share(part: int | Decimal | Fraction | None, whole: int | Decimal | Fraction | None) -> Fraction | None:
    """Return part ÷ whole in percent, or None where either is missing or the whole is zero."""
    if part is None or whole is None or not whole:
        return None
    return Fraction(part) / Fraction(whole) * 100


def arrival(arrived_fen: int | None, planned_fen: int | None) -> Rate:
    """Return arrived ÷ planned (到位率)."""
    return Rate(RateKind.ARRIVAL, arrived_fen, planned_fen)


def disbursement(disbursed_fen: int | None, arrived_fen: int | None) -> Rate:
    """Return disbursed ÷ arrived (拨付率)."""
    return Rate(RateKind.DISBURSEMENT, disbursed_fen, arrived_fen)


def spending(spent_fen: int | None, disbursed_fen: int | None) -> Rate:
    """Return spent ÷ disbursed (支出率)."""
    return Rate(RateKind.SPENDING, spent_fen, disbursed_fen)


def completion(completed_fen: int | None, planned_of_year_fen: int | None) -> Rate:
    """Return investment completed ÷ planned investment of the year (投资完成率): work done, not money paid."""
    return Rate(RateKind.COMPLETION, completed_fen, planned_of_year_fen)


def rounded(percent: Fraction, places: int = 1) -> Decimal:
    """Return an exact percentage or gap as a decimal with ``places`` places, halves away from zero."""
    scaled = abs(percent) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if percent >= 0 else -whole).scaleb(-places)
