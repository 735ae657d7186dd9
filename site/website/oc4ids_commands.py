"""The command that brings an OC4IDS file into drafts, with every repair in words."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import flask_migrate
import sqlalchemy as sa

from admin.importing.oc4ids_words import VERDICTS, doubts, file_words, refusal_words, repair_words
from minsheng.accounts.staff import StaffMember, staff_by_username
from minsheng.database import db, now
from minsheng.errors import InvalidFileError, WrongStateError
from minsheng.importing import oc4ids
from minsheng.importing.oc4ids import Came, ProjectRefusedError
from minsheng.importing.oc4ids_lines import Line, Situation, Verdict, lines_of
from minsheng.importing.oc4ids_uploads import Oc4idsUpload
from minsheng.records.programmes import Programme
from minsheng.records.publication import Origin
from pages.services import services
from website.application import create_app
from website.config import Settings

WHOLE_FILE = "整份文件"


@click.command("oc4ids")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--programme", "slug", required=True, help="The list that new projects belong to, by its address.")
@click.option("--by", "username", required=True, help="Who imports: a publisher's user name.")
@click.option("--write", "does_write", is_flag=True, help="Write; without it only what would be written is shown.")
@click.option("--looked", is_flag=True, help="What is doubtful was looked at.")
@click.pass_obj
def import_oc4ids(settings: Settings, file: Path, slug: str, username: str, *, does_write: bool, looked: bool) -> None:
    """Bring the projects of an OC4IDS FILE into drafts: new ones begin, public ones get proposals. All or nothing.

    Shows each project with what is the matter with it, and every repair with its JSON path. Exits with 1 where
    something is wrong, or doubtful and not looked at; then nothing is written.
    """
    with create_app(settings).app_context():
        flask_migrate.upgrade()
        member, programme = _member(username), _programme(slug)
        data = file.read_bytes()
        try:
            projects, repairs = oc4ids.read_file(data)
        except InvalidFileError as error:
            raise click.ClickException(f"{file}: {file_words(error.reason)}") from error
        situation = Situation(member, services().today(), services().public_address)
        kept = oc4ids.keep(db.session(), Came(file.name, data, projects, repairs), programme, member, now())
        lines = lines_of(db.session(), kept, situation)
        for said in _report(kept, lines):
            click.echo(said)
        if not does_write:
            db.session.rollback()
            return
        if not looked and any(line.verdict is Verdict.DOUBTFUL for line in lines):
            raise click.ClickException("有要核对的项目：看过以后加上 --looked 再运行；什么也没有写入")
        _write(kept, situation, lines)


def _write(kept: Oc4idsUpload, situation: Situation, lines: Sequence[Line]) -> None:
    try:
        written = oc4ids.write(db.session(), kept, situation, now())
    except ProjectRefusedError as error:
        path = lines[error.number].record.path or WHOLE_FILE
        why = "；".join(refusal_words(error.part, *problem) for problem in error.problems.items())
        raise click.ClickException(f"{path}：{why}；什么也没有写入") from error
    except WrongStateError as error:
        raise click.ClickException("有要改正的项目，或者没有可写的项目；什么也没有写入") from error
    db.session.commit()
    counts = (len(written.begun), len(written.filled), len(written.proposed), len(written.reports), written.left_out)
    click.echo("新建草稿 {}，补充草稿 {}，写了修改申请 {}，月报草稿 {}，不导入 {}".format(*counts))


def _report(kept: Oc4idsUpload, lines: Sequence[Line]) -> Iterator[str]:
    """Yield a line per project, then one for each doubt and each repair under it."""
    for repair in oc4ids.repairs_of(kept, None):
        yield f"· {repair.path or WHOLE_FILE}：{repair_words(repair)}"
    for line in lines:
        target = line.project.slug if line.project else "新建"
        yield f"{VERDICTS[line.verdict][0]}  {line.record.path or WHOLE_FILE}  {line.record.title}  → {target}"
        yield from (f"  ! {said}" for said in doubts(line))
        yield from (f"  · {repair.path or WHOLE_FILE}：{repair_words(repair)}" for repair in line.repairs)


def _member(username: str) -> StaffMember:
    member = staff_by_username(db.session(), username)
    if member is None or not member.is_active:
        raise click.ClickException(f"no such active account 没有这个账号，或已停用：{username}")
    return member


def _programme(slug: str) -> Programme:
    query = sa.select(Programme).where(Programme.slug == slug, Programme.origin == Origin.OWN)
    programme = db.session.scalar(query)
    if programme is None:
        raise click.ClickException(f"no such list 没有这份清单：{slug}")
    return programme
