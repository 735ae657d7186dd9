"""Programmes that no row gives: made from what the records of their projects say, with no totals."""

import hashlib
import json
from collections.abc import Sequence

from minsheng.importing.divisions import Gazetteer, PlaceNames
from minsheng.importing.placing import PlacedProgramme, PlacedProject, common_place
from minsheng.importing.records import ProgrammeRecord
from minsheng.records.places import DivisionLevel

MADE = "list-"
"""Prefix of the identity of such a programme."""
LEVELS = tuple(DivisionLevel)
COUNTS = ("items_total", "items_completed", "items_on_track", "items_slow", "items_not_started")
AMOUNTS = ("planned_investment_fen", "total_investment_fen", "completed_investment_fen")


def made_programme(projects: Sequence[PlacedProject], places: Gazetteer) -> tuple[PlacedProgramme, DivisionLevel]:
    """Return the programme of these projects and its level.

    Its source is the latest notice among theirs. Its place holds all of theirs; where all are promises of one
    level it is that level's place (a city's list seen in one county is the city's), else the place they share.
    """
    latest = max((item.record for item in projects), key=lambda record: (record.report_period or "", record.id))
    levels = {item.level for item in projects}
    if len(levels) == 1:
        place = common_place([item.list_place for item in projects], places)
        level = next(iter(levels))
    else:
        place = common_place([item.place for item in projects], places)
        level = place.level if place else max(levels, key=LEVELS.index)
    identity = [latest.programme_title, latest.year, place.code if place else None, latest.source.title]
    digest = hashlib.sha256(json.dumps(identity, ensure_ascii=False).encode()).hexdigest()
    record = ProgrammeRecord(
        id=f"{MADE}{digest[:16]}",
        title=latest.programme_title,
        year=latest.year,
        report_period=latest.report_period,
        names=PlaceNames(),
        source=latest.source,
        counts=dict.fromkeys(COUNTS),
        amounts=dict.fromkeys(AMOUNTS),
        stated_percent=None,
        funding=(),
    )
    return PlacedProgramme(record, place, level), level
