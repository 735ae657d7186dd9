"""Exports with answers by person: each is journaled, and carries the number that the journal gave it."""

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.errors import SealedError, WrongStateError
from minsheng.exporting import answers, csv_guard, spss, workbooks
from minsheng.journal import Act
from minsheng.opinion.package import restricted_package
from minsheng.records.document_types import DocumentType
from minsheng.surveying import surveys, wave_results
from minsheng.surveying.surveys import Wave


class ExportKind(enum.StrEnum):
    """What leaves the site with answers by person."""

    CSV = "csv"
    XLSX = "xlsx"
    SAV = "sav"
    PACKAGE = "package"


SUFFIXES = {ExportKind.CSV: "csv", ExportKind.XLSX: "xlsx", ExportKind.SAV: "sav", ExportKind.PACKAGE: "zip"}
MEDIA_TYPES = {
    ExportKind.CSV: "text/csv",
    ExportKind.XLSX: DocumentType.XLSX.media_type,
    ExportKind.SAV: "application/x-spss-sav",
    ExportKind.PACKAGE: "application/zip",
}


def kinds(session: Session, wave: Wave) -> list[ExportKind]:
    """Return what can be exported of a closed wave here: SPSS needs its extra, the package a result."""
    result = wave_results.latest(session, wave)
    missing = set() if spss.is_available() else {ExportKind.SAV}
    if result is None or result.is_refused:
        missing.add(ExportKind.PACKAGE)
    return [kind for kind in ExportKind if kind not in missing]


def announce(session: Session, wave: Wave, kind: ExportKind, actor: str, at: dt.datetime, as_of: dt.date) -> str:
    """Journal that answers are about to leave, and return the export's number, which the copy must carry.

    Raises ``SealedError`` before the wave closes, ``WrongStateError`` for what cannot be made here.
    """
    if not wave.has_closed(as_of):
        raise SealedError
    if kind not in kinds(session, wave):
        raise WrongStateError("export", kind)
    count = sum(surveys.channel_counts(session, wave).values())
    # The journal's head is locked from here to the end of the transaction, so nobody else gets this number.
    number = f"E{journal.lock(session).sequence + 1}"
    extra = {"rows": count, "kind": kind.value, "number": number}
    journal.record(session, Act("answers_exported", f"wave:{wave.slug}", actor, is_public=False, extra=extra), at)
    return number


def write(session: Session, wave: Wave, kind: ExportKind, number: str, as_of: dt.date) -> Iterator[bytes]:
    """Yield an announced export, a part at a time. Raises ``SealedError`` before the wave closes."""
    rows = answers.answer_rows(session, wave, number, as_of)
    if kind is ExportKind.CSV:
        yield from (line.encode() for line in csv_guard.lines(rows))
        return
    if kind is ExportKind.XLSX:
        about = [("调查", wave.title), ("说明", "一人一行，次序打乱；没有姓名、电话、时间、网络地址和文字回答。")]
        yield workbooks.write_answers(number, about, rows, answers.codebook_rows(wave))
        return
    heading, *held = rows
    if kind is ExportKind.SAV:
        yield spss.write_sav(wave, heading, held, number)
        return
    result = wave_results.latest(session, wave)
    if result is None:
        raise WrongStateError("export", kind)
    contents = wave_results.published_contents(session, result, as_of)
    attachments = {"responses.sav": spss.write_sav(wave, heading, held, number)} if spss.is_available() else {}
    yield restricted_package(replace(contents, attachments=attachments), number)
