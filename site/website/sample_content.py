"""Sample content for an empty site: the invented county, and facts compiled from public notices."""

import contextlib
import gc
import os
import secrets
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import sqlalchemy as sa

from minsheng.accounts.passwords import hash_password
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.database import db, now
from minsheng.importing.published import import_published, read_rows
from minsheng.installation import sample_removal, settings
from minsheng.records.programmes import Programme
from pages.services import services
from website.sample.county import SampleCounty, load_county
from website.sample.world import Installation

ACCOUNTS_FILE = "sample-accounts.txt"
PUBLISHED = Path(__file__).parent / "sample" / "published"
COMPILER = "资料整理"
BAR_WIDTH = 30


def load_into_empty_site(data: Path) -> bool:
    """Load everything into a site without programmes or staff; return whether anything was loaded."""
    is_empty = not _has_content()
    db.session.rollback()
    if not is_empty:
        return False
    with _collected_seldom():
        county, password = _load()
    _write_welcome(data / ACCOUNTS_FILE, county, password)
    return True


def _load() -> tuple[SampleCounty, str]:
    """Load the county and the compiled records, and commit; return the county and the password of its accounts."""
    at = now()
    password = _password()
    county = load_county(
        db.session(),
        Installation(services().media, services().documents, services().secret, services().contacts),
        as_of=local_date(at),
        password_hash=hash_password(password),
        progress=show_progress,
    )
    import_published(
        db.session(),
        read_rows(PUBLISHED / "projects.json"),
        read_rows(PUBLISHED / "programmes.json"),
        actor=COMPILER,
        at=at,
        progress=lambda done, total: show_progress("资料整理 compiled records", done, total),
    )
    # Everybody who tries the program gets in with the printed password; each page of staff says so.
    settings.put(db.session(), {"second_factor_required": False}, COMPILER, at)
    db.session.commit()
    return county, password


@contextlib.contextmanager
def _collected_seldom() -> Iterator[None]:
    """Let the garbage collector come by seldom: what is loaded stays, and searching it took a seventh of the time."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def forget_accounts(data: Path) -> None:
    """Remove the file that names the sample accounts once none of them works here."""
    if not sample_removal.sample_accounts(db.session()):
        (data / ACCOUNTS_FILE).unlink(missing_ok=True)
    db.session.rollback()


def show_progress(label: str, done: int, total: int) -> None:
    """Draw a bar on one line of a terminal; elsewhere print one line when a step is done."""
    if sys.stdout.isatty():
        filled = BAR_WIDTH * done // max(total, 1)
        bar = "█" * filled + "·" * (BAR_WIDTH - filled)
        click.echo(f"\r  {bar} {done}/{total}  {label}   ", nl=done >= total)
    elif done >= total:
        click.echo(f"  {label}: {total}")


def _has_content() -> bool:
    return any(db.session.scalar(sa.select(model.id).limit(1)) is not None for model in (Programme, StaffMember))


def _password() -> str:
    """Return a password for the sample accounts of this installation, easy to copy by hand."""
    letters = [letter for letter in string.ascii_lowercase + string.digits if letter not in "0o1l"]
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def _write_welcome(path: Path, county: SampleCounty, password: str) -> None:
    """Keep sample accounts and codes in a file that only the owner of the installation can read."""
    lines = [
        "  Sample accounts 示例账号",
        *(f"  {username:<14} {post}" for username, post in county.accounts),
        f"  password 密码   {password}",
        "",
        "  Sample cases to follow at /suggestions/follow 可查询的示例来件",
        *(f"  {code}  {about}" for code, about in county.codes),
        "",
    ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
