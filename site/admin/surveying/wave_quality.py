"""The quality of a survey's answers in counts: what came when and where, what the rules mark, who stands out."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from admin.access import needs
from admin.surveying.wave_plans import wave_at
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.surveying import quality_figures
from minsheng.surveying.exclusions import ExclusionScope
from minsheng.surveying.quality_figures import ALARM, WARNING, Funnel
from minsheng.surveying.quality_rules import rules_hash
from minsheng.surveying.surveys import Channel
from pages.language import lazy_gettext as _l
from pages.services import services
from pages.words_of_quality import EXPLAINED, THRESHOLD_UNITS

blueprint = Blueprint("wave_quality", __name__, url_prefix="/surveys")
SEE = (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
MEASURES = {
    "marked": _l("被规则标记的答卷"),
    "call_too_fast": _l("问得太快的电话"),
    "straight_lined": _l("全部选同一项的答卷"),
    "blank": _l("空着的题"),
    "told": _l("说有人教过怎么答的"),
}
GROUPS = {
    ExclusionScope.INTERVIEWER: _l("访员"),
    ExclusionScope.BATCH: _l("批次"),
    ExclusionScope.BOARD: _l("公示牌"),
}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 260, 48, 92, 12, 36
STEPS = 24
"""Points of a limit's curve."""


@dataclass(frozen=True)
class FunnelPicture:
    """Where a funnel's marks stand, in units of the drawing; ``curves`` are points of polylines, widest limit last."""

    centre: float
    curves: Sequence[tuple[bool, str]]
    points: Sequence[tuple[str, float, float, int]]
    top: float
    largest: int


@blueprint.get("/<slug>/quality")
@needs(*SEE)
def show(slug: str) -> ResponseReturnValue:
    """Show counts and quality; no answer, and before closing nothing that tells what people answered."""
    wave = wave_at(slug, *SEE)
    today = services().today()
    quality = quality_figures.quality_of(db.session(), wave, today)
    used = [channel for channel in Channel if any(held[1] is channel for held in quality.by_week)]
    return render_template(
        "admin/wave_quality/show.html",
        wave=wave,
        quality=quality,
        channels=used,
        weeks=_table(quality.by_week, used),
        places=_table(quality.by_place, used),
        funnels=[(funnel, picture_of(funnel)) for funnel in quality.funnels],
        bursts=[one for one in quality.board_weeks if one.is_burst],
        has_closed=wave.has_closed(today),
        rules_hash=rules_hash(wave),
        measures=MEASURES,
        groups=GROUPS,
        explained=EXPLAINED,
        units=THRESHOLD_UNITS,
        today=today,
    )


def picture_of(funnel: Funnel) -> FunnelPicture:
    """Return a funnel as a drawing: size from left to right, share from bottom to top."""
    largest = max(point.of for point in funnel.points)
    smallest = max(1, min(point.of for point in funnel.points) // 2)
    sizes = [smallest + (largest - smallest) * step / STEPS for step in range(STEPS + 1)]
    highest = max(
        [*(point.share for point in funnel.points), funnel.limit(min(p.of for p in funnel.points), WARNING)[1]]
    )
    top = min(1.0, highest * 1.15)

    def x(size: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * size / largest, 1)

    def y(share: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(share, top) / top), 1)

    curves = []
    for errors, is_far in ((WARNING, False), (ALARM, True)):
        for side in (0, 1):
            drawn = " ".join(f"{x(size)},{y(funnel.limit(size, errors)[side])}" for size in sizes)
            curves.append((is_far, drawn))
    points = [(point.key, x(point.of), y(point.share), point.outlier) for point in funnel.points]
    return FunnelPicture(y(funnel.centre), curves, points, top, largest)


def _table(counted: Sequence[tuple[str, Channel, int]], used: Sequence[Channel]) -> list[tuple[str, list[int], int]]:
    """Return a row for each week or place: its counts by channel, and their sum."""
    found: dict[str, dict[Channel, int]] = {}
    for name, channel, count in counted:
        held = found.setdefault(name, {})
        held[channel] = held.get(channel, 0) + count
    return [(name, [held.get(channel, 0) for channel in used], sum(held.values())) for name, held in found.items()]
