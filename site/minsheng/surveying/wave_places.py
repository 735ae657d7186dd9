"""The places that a wave sets beside each other, and to which of them an answer belongs."""

from collections.abc import Sequence

from minsheng.records.places import Division, DivisionLevel
from minsheng.surveying.surveys import Wave

SEVERAL = (DivisionLevel.PROVINCE, DivisionLevel.CITY)


def places_of(wave: Wave) -> list[Division]:
    """Return the places that a wave gives scores to, by code: those directly below a province or a city, which are
    set beside each other, and elsewhere the wave's own place as a whole. A plan may name some of those below.
    """
    below = list(wave.division.children)
    if wave.place_codes:
        return [place for place in below if place.code in wave.place_codes]
    return below if wave.division.level in SEVERAL and below else [wave.division]


def place_code(places: Sequence[Division], path: str | None) -> str:
    """Return the code of the place that an answer from ``path`` belongs to.

    A wave of one place has all its answers; among several an answer from elsewhere belongs to none (``""``).
    """
    if len(places) == 1:
        return places[0].code
    return next((place.code for place in places if path is not None and path.startswith(place.path)), "")
