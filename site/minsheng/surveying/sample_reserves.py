"""Letting reserves in: more people of a stratum are called, and everybody of it stands for fewer from then on.

A reserve never stands in for somebody who refused. All who were drawn, reserves let in among them, are one larger
sample; so the weight is worked out anew, also of answers that are here already: they share it, so it can be changed
without knowing whose they are.
"""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.errors import InvalidValuesError, WrongStateError
from minsheng.journal import Act
from minsheng.records.places import Division, division_by_code
from minsheng.surveying import sample_drawing
from minsheng.surveying.invites import Invite
from minsheng.surveying.paper_sheets import PaperBatch, PaperRun
from minsheng.surveying.samples import Sample, SampledPerson
from minsheng.surveying.surveys import Response


@dataclass(frozen=True)
class SamplePart:
    """One stratum of a sample, or one unit of it, by its names in the allocation."""

    place: str
    stratum: str
    psu: str = ""


def release(session: Session, sample: Sample, part: SamplePart, count: int, by: StaffMember, at: dt.datetime) -> None:
    """Let the next ``count`` reserves of a part in, in their order.

    Raises ``WrongStateError`` once the wave has closed, and ``InvalidValuesError`` (``count``) where there are not so
    many, or there is no such part.
    """
    if sample.wave.has_closed(local_date(at)):
        raise WrongStateError("release", "closed")
    journal.lock(session)
    session.refresh(sample)
    allocation = [dict(row) for row in sample.allocation]
    row = next((one for one in allocation if (one["place"], one["stratum"], one["psu"]) == _names(part)), None)
    division = division_by_code(session, part.place)
    if row is None or division is None:
        raise InvalidValuesError({"count": "unknown_stratum"})
    total, drawn, reserve, released, units, units_of = (
        int(str(row[name])) for name in ("of", "drawn", "reserve", "released", "units", "units_of")
    )
    if not 0 < count <= reserve - released:
        raise InvalidValuesError({"count": "out_of_range"})
    row["released"] = released + count
    weight = sample_drawing.stored(sample_drawing.weight_of(total, drawn + released + count, units, units_of))
    row["weight"] = str(weight)
    sample.allocation = allocation
    _let_in(session, sample, part, division, drawn + released + count, weight)
    extra = {"part": list(_names(part)), "count": count, "weight": str(weight)}
    act = Act("reserves_released", sample.subject, by.post, is_public=False, extra=extra)
    journal.record(session, act, at)


def _names(part: SamplePart) -> tuple[str, str, str]:
    return part.place, part.stratum, part.psu


def _let_in(
    session: Session, sample: Sample, part: SamplePart, division: Division, last: int, weight: sample_drawing.Weight
) -> None:
    """Let everybody up to the turn ``last`` in, and give all of the part, and their answers, the new weight."""
    session.flush()
    for table in (SampledPerson, Invite):
        values: dict[str, object] = {"base_weight": weight}
        if table is SampledPerson:
            values["is_reserve"] = SampledPerson.turn > last
        session.execute(
            sa.update(table)
            .where(
                table.sample_id == sample.id,
                table.division_id == division.id,
                table.stratum == part.stratum,
                table.psu == part.psu,
            )
            .values(values)
            .execution_options(synchronize_session=False)
        )
    _weigh_sheets(session, sample, part, division, weight)
    session.execute(
        sa.update(Response)
        .where(
            Response.wave_id == sample.wave_id,
            Response.channel == sample.channel,
            Response.division_id == division.id,
            Response.stratum == part.stratum,
            Response.psu == part.psu,
        )
        .values(base_weight=weight)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _weigh_sheets(
    session: Session, sample: Sample, part: SamplePart, division: Division, weight: sample_drawing.Weight
) -> None:
    """Give the batches of printed sheets that are not counted yet the new weight, too."""
    for batch in session.scalars(
        sa.select(PaperBatch)
        .join(PaperBatch.run)
        .where(
            PaperRun.wave_id == sample.wave_id,
            PaperRun.channel == sample.channel,
            PaperBatch.division_id == division.id,
            PaperBatch.stratum == part.stratum,
            PaperBatch.psu == part.psu,
        )
    ):
        batch.base_weight = weight
    session.flush()
