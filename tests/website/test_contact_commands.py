"""The four steps to a new key, by command, on an installation with people's contacts in it."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from minsheng.casework import letters
from minsheng.casework.cases import SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db, now
from minsheng.installation import sealed_values
from pages.services import services
from website.application import create_app
from website.cli import main
from website.config import SECRETS_FILE, Settings, load_or_make_secrets


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no secret of the machine or of an earlier command be seen."""
    for name in ("MINSHENG_DATA", "MINSHENG_SECRET_KEY", "MINSHENG_CONTACT_KEYS", "MINSHENG_DATABASE_URL"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


class Site:
    """An installation in a folder of its own, worked on by commands as an operator does."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data = data
        self._monkeypatch = monkeypatch

    def run(self, *command: str) -> Result:
        """Run a command in a process that knows nothing of the one before."""
        with self._monkeypatch.context() as fresh:
            fresh.delenv("MINSHENG_CONTACT_KEYS", raising=False)
            fresh.delenv("MINSHENG_SECRET_KEY", raising=False)
            answer = CliRunner().invoke(main, ["--data", str(self.data), *command])
            for name in ("MINSHENG_CONTACT_KEYS", "MINSHENG_SECRET_KEY", "MINSHENG_DATA"):
                fresh.setenv(name, "")
        return answer

    def app(self) -> Flask:
        """The site as started now."""
        found = load_or_make_secrets(self.data, {"MINSHENG_DATA": str(self.data)})
        return create_app(Settings.from_environment(found))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site(tmp_path / "var", monkeypatch)
    assert made.run("database", "upgrade").exit_code == 0
    return made


def leave_contact(site: Site, number: int) -> None:
    with site.app().app_context():
        known = services()
        letters.submit(
            db.session(),
            Letter(SuggestionKind.QUESTION, "什么时候修路？", consent_to_publish=False),
            ticket=f"t{number}",
            code=f"C{number}",
            at=now(),
            clock=known.case_clock,
            seal=lambda record: known.contacts.seal(f"1380013800{number}", record),
        )
        db.session.commit()


def contacts(site: Site) -> list[str]:
    with site.app().app_context():
        found = db.session.scalars(sa.select(Suggestion).order_by(Suggestion.id))
        return [services().contacts.open(case.contact_sealed or b"", case.subject) for case in found]


def test_a_new_key_is_taken_up_and_the_old_one_retired(site: Site) -> None:
    leave_contact(site, 1)
    assert site.run("contacts", "new-key").exit_code == 0
    leave_contact(site, 2)
    with site.app().app_context():
        assert sealed_values.keys_in_use(db.session()) == {1: 1, 2: 1}
    early = site.run("contacts", "retire")
    assert early.output.startswith("0 keys retired, 2 left")

    assert site.run("contacts", "rotate").output.startswith("1 values moved")
    assert site.run("contacts", "retire").output.startswith("1 keys retired, 1 left")

    assert contacts(site) == ["13800138001", "13800138002"]
    shown = site.run("contacts", "keys")
    assert shown.exit_code == 0
    assert shown.output.startswith("2: 2")
    secrets = site.data / SECRETS_FILE
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert "1:" not in secrets.read_text().partition("MINSHENG_CONTACT_KEYS=")[2].partition(",")[0][:2]


def test_a_lost_key_is_told(site: Site) -> None:
    leave_contact(site, 1)
    assert site.run("contacts", "new-key").exit_code == 0
    secrets = site.data / SECRETS_FILE
    lines = secrets.read_text().splitlines()
    kept = [line.partition(",")[0] if line.startswith("MINSHENG_CONTACT_KEYS") else line for line in lines]
    secrets.write_text("\n".join(kept) + "\n")

    shown = site.run("contacts", "keys")
    assert shown.exit_code == 1
    assert "1: 1 LOST" in shown.output
    rotated = site.run("contacts", "rotate")
    assert rotated.exit_code != 0
    assert "1 values open with no key" in rotated.output


def test_keys_of_the_environment_are_left_to_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "7:" + "A" * 43 + "="
    monkeypatch.setenv("MINSHENG_CONTACT_KEYS", key)
    answer = CliRunner().invoke(main, ["--data", str(site.data), "contacts", "new-key"])
    assert answer.exit_code != 0
    assert "comes from the environment" in answer.output
