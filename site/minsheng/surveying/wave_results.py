"""The results of a closed wave: computed once, kept with the hash of what they were computed from."""

import datetime as dt
import hashlib
import io
import zipfile
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, undefer

from minsheng import journal
from minsheng.clock import local_date
from minsheng.database import Base, Identity
from minsheng.journal import Act, canonical
from minsheng.opinion.errors import OpinionError
from minsheng.opinion.package import Contents, MarginRow, margins_of, public_package
from minsheng.opinion.schemes import Scheme
from minsheng.opinion.tables import MARGIN_COLUMNS, read_handling, read_table
from minsheng.surveying import assessment_schemes, surveys
from minsheng.surveying.assessment_schemes import AssessmentScheme
from minsheng.surveying.exclusions import Exclusion
from minsheng.surveying.surveys import Wave
from minsheng.surveying.wave_answers import inputs_hash, read_contents
from minsheng.surveying.wave_figure_records import from_record, to_record
from minsheng.surveying.wave_figures import Figures, compute
from minsheng.version import VERSION

CLOCK = "到期自动计算"
"""The actor that the journal names where the last day passed and nobody closed the wave."""


MOST_AT_ONCE = 10_000
"""Answers whose results are computed while somebody waits for the page: about 1.5 seconds of one core.
With more, the clock's job does it a moment later."""


class WaveResult(Base):
    """One computation of a wave by one scheme. ``figures`` is what the pages show, after suppression.

    ``inputs_hash`` is the SHA-256 of everything the figures rest on, ``package`` the public edition as a ZIP and
    ``package_hash`` its SHA-256. ``number`` counts a wave's computations; the last one is in force.
    """

    __tablename__ = "wave_result"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "number"),
        sa.UniqueConstraint("wave_id", "scheme_hash", "inputs_hash"),
        sa.CheckConstraint("number >= 1", name="counts_from_one"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    scheme_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment_scheme.id", ondelete="RESTRICT"))
    number: Mapped[int]
    computed_at: Mapped[dt.datetime]
    scheme_hash: Mapped[str] = mapped_column(sa.String(64))
    inputs_hash: Mapped[str] = mapped_column(sa.String(64))
    package_hash: Mapped[str] = mapped_column(sa.String(64))
    software_version: Mapped[str] = mapped_column(sa.String(40))
    figures: Mapped[dict[str, object]] = mapped_column(sa.JSON, deferred=True)
    package: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)

    wave: Mapped[Wave] = relationship()
    scheme: Mapped[AssessmentScheme] = relationship()

    @property
    def subject(self) -> str:
        """The journal's name for the result."""
        return f"wave_result:{self.wave.slug}:{self.number}"

    @property
    def is_refused(self) -> bool:
        """Whether the scheme did not fit the questions, so that there are no scores."""
        return "reason" in self.figures

    @property
    def reason(self) -> str:
        """Why there are no scores, empty where there are."""
        return str(self.figures.get("reason", ""))

    def read(self) -> Figures:
        """Return the figures. Raises ``KeyError`` where the scheme did not fit."""
        return from_record(self.figures)

    def snapshot(self) -> dict[str, object]:
        """Return what the journal keeps of the result: the hashes of what went in and of what came out."""
        return {
            "wave": self.wave.slug,
            "number": self.number,
            "scheme": self.scheme_hash,
            "inputs": self.inputs_hash,
            "figures": hashlib.sha256(canonical(self.figures).encode()).hexdigest(),
            "package": self.package_hash,
            "software": self.software_version,
        }


def scheme_of(wave: Wave) -> Scheme:
    """Return the scheme that a wave is scored by."""
    return wave.scheme.scheme if wave.scheme else assessment_schemes.default_scheme()


def latest(session: Session, wave: Wave) -> WaveResult | None:
    """Return a wave's result in force, or None before it is computed."""
    query = sa.select(WaveResult).where(WaveResult.wave_id == wave.id).order_by(WaveResult.number.desc()).limit(1)
    return session.scalar(query.options(undefer(WaveResult.figures)))


def settle(session: Session, wave: Wave, actor: str, at: dt.datetime) -> WaveResult:
    """Compute a closed wave's results and keep them, unless they were computed from the same answers before.

    The scheme is locked with it. Raises ``SealedError`` while the wave can still take answers. A scheme that does
    not fit the questions gives a result without scores that says why.
    """
    scheme = scheme_of(wave)
    contents = read_contents(session, wave, scheme, local_date(at))
    inputs = inputs_hash(contents)
    known = latest(session, wave)
    if known is not None and (known.scheme_hash, known.inputs_hash) == (scheme.content_hash, inputs):
        return known
    figures, package = _computed(session, contents)
    result = WaveResult(
        wave=wave,
        scheme=assessment_schemes.locked(session, scheme, at, actor),
        number=1 if known is None else known.number + 1,
        computed_at=at,
        scheme_hash=scheme.content_hash,
        inputs_hash=inputs,
        package_hash=hashlib.sha256(package).hexdigest(),
        software_version=VERSION,
        figures=figures,
        package=package,
    )
    session.add(result)
    session.flush()
    journal.record(session, Act("wave_results_published", result.subject, actor, after=result.snapshot()), at)
    return result


def published_contents(session: Session, result: WaveResult, as_of: dt.date) -> Contents:
    """Return what a result was computed from: the answers, with the population and the handling as published.

    Population counts change and cases go on; a package made later must still give the published figures.
    """
    contents = read_contents(session, result.wave, result.scheme.scheme, as_of)
    with zipfile.ZipFile(io.BytesIO(result.package)) as archive:
        margins = [
            MarginRow(row["division"], row["variable"], row["value"], float(row["count"]), row["source"])
            for row in read_table(archive.read("margins.csv").decode(), MARGIN_COLUMNS)
        ]
        handling = read_handling(archive.read("suggestions_summary.csv").decode())
    sample = replace(contents.sample, margins=margins_of(margins), handling=handling)
    return replace(contents, sample=sample, margins=margins)


def unsettled(session: Session, as_of: dt.date) -> list[Wave]:
    """Return the published waves that have closed and have no result yet, oldest first."""
    settled = sa.select(WaveResult.wave_id)
    waves = session.scalars(Wave.visible_to_residents().where(Wave.id.not_in(settled)).order_by(Wave.closes_on))
    return [wave for wave in waves if wave.has_closed(as_of)]


def outdated(session: Session) -> list[tuple[Wave, str]]:
    """Return the waves of which answers were taken out since their results were computed, with the post that did it."""
    newest = (
        sa.select(WaveResult.wave_id, sa.func.max(WaveResult.computed_at).label("at"))
        .group_by(WaveResult.wave_id)
        .subquery()
    )
    query = (
        sa.select(Wave, Exclusion.who)
        .join(newest, newest.c.wave_id == Wave.id)
        .join(Exclusion, Exclusion.wave_id == Wave.id)
        .where(Exclusion.at > newest.c.at, Exclusion.undone_at.is_(None))
        .order_by(Exclusion.at, Exclusion.id)
    )
    found = {wave.id: (wave, who) for wave, who in session.execute(query).unique()}
    return list(found.values())


def answers_waiting(session: Session, wave: Wave) -> int:
    """Return how many answers the clock's job is about to compute results from anew; 0 where nothing waits."""
    if all(one.id != wave.id for one, _who in outdated(session)):
        return 0
    return sum(surveys.channel_counts(session, wave).values())


def previous(session: Session, wave: Wave) -> WaveResult | None:
    """Return the result in force of the same place's wave of the year before with the same questionnaire, or None."""
    for earlier in session.scalars(
        Wave.visible_to_residents()
        .where(Wave.division_id == wave.division_id, Wave.year == wave.year - 1)
        .order_by(Wave.closes_on.desc())
    ):
        if earlier.version.questionnaire_id == wave.version.questionnaire_id:
            return latest(session, earlier)
    return None


def _computed(session: Session, contents: Contents) -> tuple[dict[str, object], bytes]:
    """Return figures and public package, or the reason why the scheme cannot be used."""
    try:
        figures = compute(contents, assessment_schemes.all_schemes(session))
        return to_record(figures), public_package(contents)
    except OpinionError as error:
        return {"reason": error.code, "about": str(error)}, b""
