"""Uploaded tables of an office: kept with their cells, mapped, corrected, remembered, put away.

What their lines would write is judged in :mod:`minsheng.tables.table_lines`; :mod:`minsheng.tables.table_writing`
writes it.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.errors import WrongStateError
from minsheng.records.programmes import Programme
from minsheng.tables.reading import Table, read_tables
from minsheng.tables.table_uploads import TableMapping, TableUpload, UploadState

NEW, SKIP = "new", "skip"
"""What a line may be said to be about beside a project: none of the list yet, or nothing to import."""


def office_of(member: StaffMember) -> str:
    """Return the name a member's mappings are remembered under: the agency's, else the place's, else the site's."""
    for grant in member.grants:
        if grant.agency_id is not None:
            return f"agency:{grant.agency_id}"
    for grant in member.grants:
        if grant.division_id is not None:
            return f"division:{grant.division_id}"
    return "site"


def uploads_of(session: Session, member: StaffMember) -> Sequence[TableUpload]:
    """Return the uploads of a member's office that are not put away, newest first."""
    query = sa.select(TableUpload).where(TableUpload.state != UploadState.DISCARDED)
    mine = sa.or_(TableUpload.office == office_of(member), TableUpload.uploader_id == member.id)
    return session.scalars(query.where(mine).order_by(TableUpload.id.desc()).limit(50)).all()


def same_file(session: Session, data: bytes, programme: Programme, month: str, office: str) -> TableUpload | None:
    """Return an earlier upload of the same file for the same list and month, or None."""
    return session.scalar(
        sa.select(TableUpload)
        .where(
            TableUpload.digest == hashlib.sha256(data).hexdigest(),
            TableUpload.programme_id == programme.id,
            TableUpload.month == month,
            TableUpload.office == office,
            TableUpload.state != UploadState.DISCARDED,
        )
        .order_by(TableUpload.id.desc())
    )


@dataclass(frozen=True)
class Upload:
    """A file as it came: ``sheets`` are its cells."""

    name: str
    data: bytes
    sheets: Sequence[Mapping[str, Any]]


def keep(
    session: Session, upload: Upload, programme: Programme, month: str, by: StaffMember, at: dt.datetime
) -> TableUpload:
    """Keep an upload with what the office chose for such headings before."""
    office = office_of(by)
    kept = TableUpload(
        programme=programme,
        month=month,
        file_name=upload.name[:200],
        digest=hashlib.sha256(upload.data).hexdigest(),
        office=office,
        sheets=[dict(sheet) for sheet in upload.sheets],
        columns={},
        corrections=[],
        choices={},
        uploader=by,
        uploaded_at=at,
    )
    session.add(kept)
    marks = {table.fingerprint for table in read_tables(upload.sheets)}
    remembered = session.scalars(
        sa.select(TableMapping).where(TableMapping.office == office, TableMapping.fingerprint.in_(marks))
    )
    kept.columns = {one.fingerprint: one.columns for one in remembered}
    session.flush()
    return kept


def tables_of(upload: TableUpload) -> list[Table]:
    """Return the tables of an upload as they are now mapped and corrected."""
    chosen = {
        mark: {int(index): choice for index, choice in columns.items()} for mark, columns in upload.columns.items()
    }
    corrected: dict[int, dict[tuple[int, int], str]] = {}
    for sheet, row, column, text in upload.corrections:
        corrected.setdefault(sheet, {})[row, column] = text
    return read_tables(upload.sheets, chosen, corrected)


def choose_columns(
    session: Session, upload: TableUpload, table: Table, wanted: Mapping[int, Mapping[str, str]], at: dt.datetime
) -> None:
    """Take columns for what somebody says they are, here and in the office's next tables with these headings."""
    # Tables side by side have one fingerprint: what was chosen for the other half stays.
    columns = {
        **upload.columns.get(table.fingerprint, {}),
        **{str(index): dict(choice) for index, choice in wanted.items()},
    }
    upload.columns = {**upload.columns, table.fingerprint: columns}
    query = sa.select(TableMapping).where(
        TableMapping.office == upload.office, TableMapping.fingerprint == table.fingerprint
    )
    remembered = session.scalar(query)
    if remembered is None:
        session.add(TableMapping(office=upload.office, fingerprint=table.fingerprint, columns=columns, updated_at=at))
    else:
        remembered.columns, remembered.updated_at = columns, at


def correct_cells(upload: TableUpload, sheet: int, cells: Mapping[tuple[int, int], str]) -> None:
    """Put other text into cells; the file's own stays kept."""
    old = {(one[0], one[1], one[2]): one[3] for one in upload.corrections}
    old |= {(sheet, row, column): text for (row, column), text in cells.items()}
    upload.corrections = [[*place, text] for place, text in sorted(old.items())]


def choose_line(upload: TableUpload, key: str, project: str, target: str) -> None:
    """Say what a line is about: a project's slug, ``new`` or ``skip``, and the identity of a target or nothing."""
    upload.choices = {**upload.choices, key: {"project": project, "target": target}}


def discard(upload: TableUpload) -> None:
    """Put an upload away without writing anything. Raises ``WrongStateError`` once it is written."""
    if upload.state is not UploadState.OPEN:
        raise WrongStateError("discard", upload.state)
    upload.state = UploadState.DISCARDED
