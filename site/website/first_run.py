"""The first steps and the clearing of sample content as commands, and where the first steps are taken in a browser."""

from collections.abc import Sequence
from pathlib import Path

import click
import sqlalchemy as sa

from minsheng.accounts import invitations
from minsheng.accounts.staff import StaffMember
from minsheng.database import db, now
from minsheng.errors import DomainError, InvalidFileError, InvalidValuesError
from minsheng.importing.divisions import Gazetteer, gazetteer
from minsheng.installation import first_run, sample_removal
from minsheng.installation.first_run import FirstAdministrator, InvalidPlacesError
from pages.services import services

OPERATOR = "系统管理员"
"""The post that the journal names for what is done by command."""


def address() -> str:
    """Return the path where the first steps are taken, empty once somebody works here."""
    is_due = first_run.is_due(db.session())
    db.session.rollback()
    return f"/admin/first-run/{first_run.token(services().secret)}" if is_due else ""


def set_up(site_name: str, place: str, first: FirstAdministrator, file: Path | None) -> str:
    """Set the installation up and return the path of the first administrator's invitation.

    Fails in words with ``click.ClickException``.
    """
    places = _places(file)
    found = first_run.candidates(places, place)
    if len(found) != 1:
        listed = ", ".join(f"{''.join(one.name for one in places.chain(each))} {each.code}" for each in found)
        raise click.ClickException(
            f"several places are called {place}: {listed} 同名的不止一个" if found else f"no place {place} 没有这个地方"
        )
    try:
        member = first_run.set_up(db.session(), site_name, places, found[0].code, first, now())
    except InvalidValuesError as error:
        raise click.ClickException(f"{error} 填写的内容不对") from error
    except DomainError as error:
        raise click.ClickException("somebody works here already 已经有账号了") from error
    token = invitations.invite(db.session(), member, now())
    db.session.commit()
    return f"/admin/invitations/{token}"


def clear_sample(keep: Sequence[str], *, compiled: bool) -> dict[str, int]:
    """Remove sample content but for the accounts with these user names; return the rows that went, by table.

    Fails in words with ``click.ClickException``.
    """
    known = {
        username: number
        for username, number in db.session.execute(sa.select(StaffMember.username, StaffMember.id))
        if username in keep
    }
    if missing := set(keep) - set(known):
        raise click.ClickException(f"no account {', '.join(sorted(missing))} 没有这个账号")
    try:
        counts = sample_removal.clear(db.session(), OPERATOR, known.values(), now(), compiled=compiled)
    except DomainError as error:
        raise click.ClickException("there is no sample content 没有示例内容") from error
    db.session.commit()
    return counts


def _places(file: Path | None) -> Gazetteer:
    if file is None:
        return gazetteer()
    try:
        return first_run.read_places(file.read_bytes())
    except InvalidFileError as error:
        where = f" (line {error.where} 第 {error.where} 行)" if isinstance(error, InvalidPlacesError) else ""
        raise click.ClickException(f"{file}: {error.reason}{where} 清单文件不能用") from error
