"""The places that a wave sets beside each other, and to which of them an answer belongs."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.cases import CaseState, Rating
from minsheng.clock import local_date
from minsheng.opinion.panels import Handling
from minsheng.places import Division, DivisionLevel, division_ids_within
from minsheng.suggestions import Suggestion
from minsheng.surveys import Wave

SEVERAL = (DivisionLevel.PROVINCE, DivisionLevel.CITY)


def places_of(wave: Wave) -> list[Division]:
    """Return the places that a wave gives scores to, by code: those directly below a province or a city, which are
    set beside each other, and elsewhere the wave's own place as a whole.
    """
    if wave.division.level in SEVERAL and wave.division.children:
        return list(wave.division.children)
    return [wave.division]


def place_code(places: Sequence[Division], path: str | None) -> str:
    """Return the code of the place that an answer from ``path`` belongs to.

    A wave of one place has all its answers; among several an answer from elsewhere belongs to none (``""``).
    """
    if len(places) == 1:
        return places[0].code
    return next((place.code for place in places if path is not None and path.startswith(place.path)), "")


def handling_of(session: Session, places: Sequence[Division], year: int, until: dt.date) -> dict[str, Handling]:
    """Return by place how the suggestions of a year were handled, as of ``until``.

    Counted are the accepted cases whose reply was due by then or has come; a case that may still be answered in
    time speaks neither for nor against anybody, and a refused one has its reason in public.
    """
    found: dict[str, Handling] = {}
    for place in places:
        within = sa.select(Suggestion).where(Suggestion.division_id.in_(division_ids_within(place.path)))
        cases = [
            case
            for case in session.scalars(within)
            if local_date(case.received_at).year == year and case.state is not CaseState.REFUSED
        ]
        replied = [case for case in cases if case.replied_at is not None and local_date(case.replied_at) <= until]
        owed = [case for case in cases if case in replied or case.reply_due <= until]
        if not owed:
            continue
        on_time = [case for case in replied if not case.was_answered_late]
        rated = [case for case in replied if case.rating is not None]
        satisfied = sum(case.rating is Rating.SATISFIED for case in rated)
        found[place.code] = Handling(len(owed), len(replied), len(on_time), len(rated), satisfied)
    return found
