"""Tables written to files row by row: CSV or a workbook, and how far each has come.

Whoever makes a file has a session of its own and says after each piece how far it is. A file is whole or not there: it
is written beside the maker, kept in the database in pieces, and only then said to be ready, so that any process on any
machine that shares the database can send it.
"""

import dataclasses
import datetime as dt
import itertools
import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.database import reading
from minsheng.exporting import csv_guard, records
from minsheng.exporting.export_runs import KEPT, ExportPiece, ExportRun, ExportState
from minsheng.exporting.record_rows import Row
from minsheng.exporting.records import RecordTable

log = logging.getLogger(__name__)

MOST_TEXT = 32_000
"""Characters a cell of a workbook holds."""
MOST_ROWS = 1_000_000
"""Rows a sheet of a workbook holds, and a little less; more go on another sheet."""
MOST_RUNNING = 3
PART = ".part"
PIECE = 1_000_000
"""Bytes of a piece: little enough to be held by whoever sends it, and to keep nobody else from writing for long."""


@dataclasses.dataclass(frozen=True)
class Workshop:
    """Where files are made: the database, the folder for what is unfinished, and the clock."""

    engine: sa.Engine
    folder: Path
    clock: Callable[[], dt.datetime]


def begin(session: Session, member: StaffMember, table: RecordTable, form: str, at: dt.datetime) -> ExportRun:
    """Write down that an export is wanted; the caller commits and lets it be made."""
    run = ExportRun(
        key=secrets.token_hex(16),
        member=member,
        table_name=table.value,
        form=form,
        total=records.total(session, table),
        started_at=at,
        beat_at=at,
    )
    session.add(run)
    session.flush()
    return run


def make(workshop: Workshop, run_id: int) -> None:
    """Make the file of an export and note that it is there, or that it could not be made."""
    try:
        _make(workshop, run_id)
    except Exception:
        # Whatever it is, whoever waits must learn that no file will come; without a word they learn it a little later.
        log.exception("export %s could not be made", run_id)
        _try_to_note(workshop, run_id, state=ExportState.FAILED)


def _make(workshop: Workshop, run_id: int) -> None:
    workshop.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = workshop.folder / f"{secrets.token_hex(16)}{PART}"
    unfinished.touch(mode=0o600)
    try:
        rows = _write(workshop, run_id, unfinished)
        _keep(workshop, run_id, unfinished)
        _note(workshop, run_id, state=ExportState.READY, rows=rows, size=unfinished.stat().st_size)
    finally:
        unfinished.unlink()


def _write(workshop: Workshop, run_id: int, path: Path) -> int:
    """Write the rows of an export to a file beside the maker; return how many."""
    with Session(workshop.engine) as session, reading():
        run = session.get_one(ExportRun, run_id)
        member_id, table, form = run.member_id, RecordTable(run.table_name), run.form
        session.close()
        counted = _Counted(
            records.rows(
                session, member_id, table, lambda done: _try_to_note(workshop, run_id, done=done, rows=counted.rows)
            )
        )
        write = write_csv if form == "csv" else write_workbook
        write(path, counted, table.value)
    return counted.rows


def _keep(workshop: Workshop, run_id: int, path: Path) -> None:
    """Keep a finished file in the database, a piece and a transaction at a time."""
    with path.open("rb") as file:
        for number, data in enumerate(iter(lambda: file.read(PIECE), b"")):
            with Session(workshop.engine) as session:
                session.add(ExportPiece(run_id=run_id, number=number, data=data))
                session.commit()


def pieces(engine: sa.Engine, run_id: int) -> Iterator[bytes]:
    """Yield a finished file, each piece read when the one before is sent."""
    for number in itertools.count():
        with Session(engine) as session, reading():
            query = sa.select(ExportPiece.data).where(ExportPiece.run_id == run_id, ExportPiece.number == number)
            data = session.scalar(query)
        if data is None:
            return
        yield data


class _Counted:
    """Rows that are counted as they pass, without the heading."""

    def __init__(self, source: Iterable[Row]) -> None:
        self._source, self.rows = source, -1

    def __iter__(self) -> Iterator[Row]:
        for row in self._source:
            self.rows += 1
            yield row


def _note(workshop: Workshop, run_id: int, **values: object) -> None:
    """Say how far an export has come, in a transaction of its own."""
    with Session(workshop.engine) as session:
        session.execute(sa.update(ExportRun).where(ExportRun.id == run_id).values(beat_at=workshop.clock(), **values))
        session.commit()


def _try_to_note(workshop: Workshop, run_id: int, **values: object) -> None:
    """Do the same where the file does not depend on it: a database that is busy ends no export."""
    try:
        _note(workshop, run_id, **values)
    except sa.exc.OperationalError:
        log.warning("how far export %s is could not be noted", run_id)


def write_csv(path: Path, rows: Iterable[Row], _name: str) -> None:
    """Write rows as CSV that spreadsheets open as text and nothing else."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_guard.lines(rows))


def write_workbook(path: Path, rows: Iterable[Row], name: str) -> None:
    """Write rows as a workbook, each to the disk before the next; every cell is a text, never a formula."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, {**options, "tmpdir": str(path.parent)}) as book:
        heading: Row = ()
        sheet = None
        for number, row in enumerate(rows):
            line = number if number <= MOST_ROWS else (number - 1) % MOST_ROWS + 1
            heading = heading or row
            if sheet is None or (number and line == 1 and number > MOST_ROWS):
                sheet = book.add_worksheet(name if sheet is None else f"{name} {number // MOST_ROWS + 1}")
                sheet.freeze_panes(1, 0)
                _write_row(sheet, 0, heading)
            if number:
                _write_row(sheet, line, row)


def _write_row(sheet: "xlsxwriter.worksheet.Worksheet", line: int, row: Row) -> None:
    for column, text in enumerate(row):
        sheet.write_string(line, column, text[:MOST_TEXT])


def running(session: Session, member: StaffMember, at: dt.datetime) -> int:
    """Return how many exports are being made for a member of staff."""
    query = sa.select(ExportRun).where(ExportRun.member_id == member.id, ExportRun.state == ExportState.RUNNING)
    return sum(not run.is_given_up(at) for run in session.scalars(query))


def sweep(session: Session, folder: Path, at: dt.datetime) -> int:
    """Remove exports whose time is over, and here what makers left unfinished; return how many exports went."""
    old = session.scalars(sa.select(ExportRun).where(ExportRun.started_at < at - KEPT)).all()
    for run in old:
        session.execute(sa.delete(ExportPiece).where(ExportPiece.run_id == run.id))
        session.delete(run)
    session.flush()
    for path in folder.glob("*") if folder.exists() else ():
        if path.stat().st_mtime < (at - KEPT).timestamp():
            path.unlink(missing_ok=True)
    return len(old)
