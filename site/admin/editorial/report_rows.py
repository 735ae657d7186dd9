"""A report beside another, row by row: for whoever signs it, and for two people who wrote at once."""

import decimal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from admin.editorial.report_forms import FUNDS, WORDS, ReportForm, indicator_name
from admin.editorial.word_differences import Piece, pieces
from minsheng.editorial.reporting import whole_indicators
from minsheng.pictures.photos import Photo
from minsheng.records.indicators import Indicator
from minsheng.records.projects import ProjectKind
from minsheng.records.reports import ProgressReport
from pages import formats
from pages.language import gettext as _
from pages.language import plain_record_text
from pages.words import word


@dataclass(frozen=True)
class Row:
    """One figure: its control, before and now as a reader sees them, and the change in words."""

    name: str
    label: str
    before: str
    now: str
    change: str
    note: str = ""


@dataclass(frozen=True)
class TextRow:
    """One text: its control, and before and now as written."""

    name: str
    label: str
    before: str
    now: str

    @property
    def is_changed(self) -> bool:
        """Whether the texts differ."""
        return self.before != self.now

    @property
    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        """Both texts, cut where they differ."""
        return pieces(self.before, self.now)


@dataclass(frozen=True)
class PhotoRow:
    """A picture of either report: ``fate`` is ``added``, ``removed`` or ``kept``."""

    photo: Photo
    fate: str


def photo_rows(report: ProgressReport, before: ProgressReport | None) -> list[PhotoRow]:
    """Return the pictures of a report; beside the revision it corrects, also those it leaves out."""
    is_correction = before is not None and before.month == report.month
    earlier = list(before.photos) if before is not None and is_correction else []
    had, has = {one.key for one in earlier}, {one.key for one in report.photos}
    rows = [PhotoRow(one, "kept" if one.key in had else "added") for one in report.photos]
    return rows + [PhotoRow(one, "removed") for one in earlier if one.key not in has]


def figure_rows(report: ProgressReport, before: ProgressReport | None) -> list[Row]:
    """Return the figures of a report beside those of another."""
    rows = [_stage_row(report, before)]
    if report.project.kind is ProjectKind.WORKS or report.physical_progress is not None:
        was = before.physical_progress if before else None
        change = _signed(_difference(report.physical_progress, was), formats.points)
        rows.append(
            Row(
                "physical_progress",
                _("工程形象进度"),
                formats.percent(was, 2),
                formats.percent(report.physical_progress, 2),
                change,
            )
        )
    for name, label in zip(FUNDS, _fund_labels(), strict=True):
        now, was = getattr(report, name), getattr(before, name) if before else None
        rows.append(
            Row(name, label, formats.money_exact(was), formats.money_exact(now), _signed(_difference(now, was), _money))
        )
    rows.extend(_indicator_row(report, before, indicator) for indicator in whole_indicators(report.project))
    return rows


def text_rows(report: ProgressReport, before: ProgressReport | None) -> list[TextRow]:
    """Return the texts of a report beside those of another."""
    labels = (_("本月做了什么"), _("有什么困难"), _("下个月做什么"))
    return [
        TextRow(name, label, getattr(before, name) if before else "", getattr(report, name))
        for name, label in zip(WORDS, labels, strict=True)
    ]


def differences(
    saved: Mapping[str, Any], form: ReportForm, indicators: Iterable[Indicator]
) -> list[tuple[str, str, str, str]]:
    """Return control, label, saved and typed for everything in which a form differs from what someone else saved."""
    names = ["stage", "physical_progress", *FUNDS, *map(indicator_name, indicators), *WORDS, "correction_reason"]
    rows = []
    for name in names:
        if name not in form:
            continue
        field = form[name]
        theirs, ours = _typed(field, saved.get(name)), _typed(field, field.data)
        if field.errors:
            ours = str(field.raw_data[0]) if field.raw_data else ""
        if theirs != ours:
            rows.append((name, str(field.label.text), theirs, ours))
    return rows


def _typed(field: Any, value: Any) -> str:
    """Return a value as its control shows it."""
    if value in (None, ""):
        return ""
    if field.short_name == "stage":
        return word(value, "stage")
    written = getattr(field, "written", None)
    return str(written(value)) if written else "\n".join(str(value).strip().splitlines())


def _stage_row(report: ProgressReport, before: ProgressReport | None) -> Row:
    was = before.stage if before else None
    change = formats.NOTHING if before is None else _("没有变化") if was is report.stage else _("变了")
    return Row(
        "stage",
        _("阶段"),
        word(was) if was else formats.NOTHING,
        word(report.stage) if report.stage else formats.NOTHING,
        change,
    )


def _indicator_row(report: ProgressReport, before: ProgressReport | None, indicator: Indicator) -> Row:
    now, then = report.value_of(indicator), before.value_of(indicator) if before else None
    value, was = now.value if now else None, then.value if then else None
    target = (
        _("目标 %(target)s", target=formats.quantity(indicator.target, indicator.unit))
        if indicator.target is not None
        else ""
    )
    return Row(
        indicator_name(indicator),
        plain_record_text(indicator.name),
        formats.quantity(was, indicator.unit),
        formats.quantity(value, indicator.unit),
        _signed(_difference(value, was), formats.number),
        target,
    )


def _fund_labels() -> tuple[str, ...]:
    return (_("累计到位资金"), _("累计拨付资金"), _("累计支出资金"), _("累计完成投资"))


def _difference(now: Any, was: Any) -> Any:
    return None if now is None or was is None else now - was


def _money(fen: int) -> str:
    return formats.money_exact(fen)


def _signed(difference: decimal.Decimal | int | None, write: Any) -> str:
    """Return a change with its sign; a dash where there is nothing to compare."""
    if difference is None:
        return formats.NOTHING
    if difference == 0:
        return _("没有变化")
    text = str(write(difference))
    return text if text[0] in "+\N{MINUS SIGN}" else f"+{text}"
