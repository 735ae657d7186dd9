"""The tables of an assessment: totals with their ranks, opinion beside them, and the recognition list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from minsheng.opinion.panels import COMPOSITE
from minsheng.opinion.scores import ALL, Score
from minsheng.opinion.sheet import Recognition, SheetRow, recognition, sheet_keys, sheet_rows
from minsheng.records.places import Division
from minsheng.surveying import wave_results
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.wave_places import places_of
from minsheng.surveying.wave_results import WaveResult


@dataclass(frozen=True)
class AssessmentTables:
    """An assessment as it is shown. Opinion is never added to the points: the two stand side by side.

    ``sheet`` has a row for every place; ``opinion`` the places' composite scores, ``recognitions`` the list drawn
    from them where seats are given. ``result`` is the survey's result that they come from.
    """

    places: Sequence[Division]
    sheet: Sequence[SheetRow]
    most: Mapping[str, float]
    opinion: Mapping[str, Score]
    recognitions: Sequence[Recognition]
    result: WaveResult | None


def places_assessed(assessment: Assessment) -> list[Division]:
    """Return the places on the sheet: those of a survey that sets several side by side, else those directly below."""
    asked = places_of(assessment.wave) if assessment.wave else []
    return asked if len(asked) > 1 else list(assessment.division.children)


def tables_of(session: Session, assessment: Assessment) -> AssessmentTables:
    """Return an assessment's tables, computed from its points and the survey's result in force."""
    scheme = assessment.scheme.scheme
    places = places_assessed(assessment)
    given: dict[str, dict[str, float]] = {place.code: {} for place in places}
    for row in assessment.points:
        if row.division.code in given:
            given[row.division.code][row.part] = float(row.points)
    result = wave_results.latest(session, assessment.wave) if assessment.wave else None
    opinion: dict[str, Score] = {}
    if result is not None and not result.is_refused:
        rows = result.read().scores
        opinion = {
            row.division: row for row in rows if (row.view, row.item) == (ALL, COMPOSITE) and row.division in given
        }
    known = {code: row.estimate for code, row in opinion.items() if row.estimate is not None}
    groups = {place.code: place.parent.code for place in places if place.parent is not None}
    return AssessmentTables(
        places,
        sheet_rows(scheme.sheet, given, scheme.rank.decimals),
        sheet_keys(scheme.sheet),
        opinion,
        recognition(known, groups, assessment.seats, scheme.rank) if assessment.seats else [],
        result,
    )
