"""Settings: clear words for what is missing, secrets made once and kept private."""

import stat
from pathlib import Path

import pytest

from website.config import ConfigurationError, Settings, load_or_make_secrets


def test_secrets_are_made_once_kept_private_and_read_again(tmp_path: Path) -> None:
    first = load_or_make_secrets(tmp_path / "var", {})
    assert load_or_make_secrets(tmp_path / "var", {}) == first
    assert stat.S_IMODE((tmp_path / "var" / "secrets.env").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    other = load_or_make_secrets(tmp_path / "other", {})
    assert other["MINSHENG_SECRET_KEY"] != first["MINSHENG_SECRET_KEY"]


def test_what_the_environment_sets_wins(tmp_path: Path) -> None:
    assert load_or_make_secrets(tmp_path, {"MINSHENG_SECRET_KEY": "mine"})["MINSHENG_SECRET_KEY"] == "mine"


def test_made_secrets_make_complete_settings(tmp_path: Path) -> None:
    environment = load_or_make_secrets(tmp_path, {"MINSHENG_DATA": str(tmp_path)})
    settings = Settings.from_environment(environment)
    assert settings.database_url == f"sqlite:///{tmp_path / 'minsheng.sqlite'}"
    assert not settings.one_person_mode


def test_missing_secrets_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="MINSHENG_SECRET_KEY and MINSHENG_CONTACT_KEYS"):
        Settings.from_environment({"MINSHENG_DATA": str(tmp_path)})


@pytest.mark.parametrize(("name", "value"), [("MINSHENG_HTTPS", "maybe"), ("MINSHENG_TRUSTED_PROXIES", "one")])
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    environment = load_or_make_secrets(tmp_path, {"MINSHENG_DATA": str(tmp_path), name: value})
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_environment(environment)
