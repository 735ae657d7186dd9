"""Commands for what lies sealed: contacts of senders, mail that waits, secrets of second factors.

A new key is taken up in four steps, each of which may be repeated: make it, start the site again, rotate, retire the
old ones. In between both keys open what they sealed, so nothing is ever unreadable.
"""

import base64
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from minsheng.database import db
from minsheng.installation import sealed_values
from pages.services import services
from website.application import create_app
from website.config import SECRETS_FILE, Settings

VARIABLE = "MINSHENG_CONTACT_KEYS"


@click.group()
def contacts() -> None:
    """Look after the keys that people's contacts are sealed with."""


@contacts.command("keys")
@click.pass_obj
def show_keys(settings: Settings) -> None:
    """Say how many values each key seals, and which key seals new ones."""
    with create_app(settings).app_context():
        used, newest = sealed_values.keys_in_use(db.session()), services().contacts.newest
    known = _numbers(settings.contact_keys)
    for number in sorted(used.keys() | known):
        notes = [
            word
            for word, holds in (("seals new values 用于新内容", number == newest), ("LOST 缺失", number not in known))
            if holds
        ]
        click.echo(f"{number}: {used[number]} {' · '.join(notes)}".rstrip())
    if used.keys() - known:
        sys.exit(1)


@contacts.command("new-key")
@click.pass_obj
def make_key(settings: Settings) -> None:
    """Add a key beside the old ones in the data folder's file of secrets; it counts once the site is started again."""
    kept = _kept(settings)
    number = max(_numbers(settings.contact_keys)) + 1
    made = f"{number}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    _write(settings, {**kept, VARIABLE: f"{made},{settings.contact_keys}"})
    click.echo(f"key {number} added; start the site again, then rotate 已加新密钥，请重启网站，再运行 rotate")


@contacts.command("rotate")
@click.pass_obj
def rotate(settings: Settings) -> None:
    """Seal everything with the newest key; safe to stop and to run again, also while the site is used."""
    with create_app(settings).app_context():
        done = sealed_values.rotate(db.session(), services().contacts)
    click.echo(f"{done.moved} values moved to the newest key 已换新密钥")
    if done.unreadable:
        raise click.ClickException(f"{done.unreadable} values open with no key 无法打开")


@contacts.command("retire")
@click.pass_obj
def retire(settings: Settings) -> None:
    """Take keys that seal nothing any more out of the file of secrets."""
    kept = _kept(settings)
    with create_app(settings).app_context():
        used, newest = sealed_values.keys_in_use(db.session()), services().contacts.newest
    pairs = settings.contact_keys.split(",")
    staying = [pair for pair in pairs if int(pair.partition(":")[0]) in used.keys() | {newest}]
    _write(settings, {**kept, VARIABLE: ",".join(staying)})
    click.echo(f"{len(pairs) - len(staying)} keys retired, {len(staying)} left 已停用，仍保留")


def _numbers(keys: str) -> set[int]:
    return {int(pair.partition(":")[0]) for pair in keys.split(",") if pair.strip()}


def _kept(settings: Settings) -> dict[str, str]:
    """Return what the file of secrets holds. Fails in words where the keys come from somewhere else."""
    path = settings.data / SECRETS_FILE
    lines = path.read_text().splitlines() if path.exists() else []
    kept = dict(line.split("=", 1) for line in lines if "=" in line)
    if kept.get(VARIABLE) != settings.contact_keys:
        raise click.ClickException(
            f"{VARIABLE} comes from the environment, not from {path}: change it there 密钥由环境变量给出，请在那里改"
        )
    return kept


def _write(settings: Settings, values: Mapping[str, str]) -> None:
    """Write the file of secrets whole or not at all, for its owner's eyes only."""
    path = settings.data / SECRETS_FILE
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
