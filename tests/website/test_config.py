"""Settings: clear words for what is missing, secrets made once and kept private."""

import stat
from pathlib import Path

import pytest

from website.config import ConfigurationError, MapSettings, Settings, load_or_make_secrets


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


@pytest.mark.parametrize(
    "address",
    [
        "http://tiles.example/{z}/{x}/{y}",
        "https://tiles.example/{z}/{x}",
        "https://tiles.example;script-src/{z}/{x}/{y}",
        "https://a@tiles.example/{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "//tiles.example/{z}/{x}/{y}",
    ],
)
def test_addresses_of_tiles_are_of_one_server_by_name(address: str) -> None:
    with pytest.raises(ConfigurationError, match="MINSHENG_MAP_TILES"):
        MapSettings.from_environment({"MINSHENG_MAP_TILES": address, "MINSHENG_MAP_ATTRIBUTION": "某图"})


def test_tiles_name_whose_they_are() -> None:
    tiles = "https://t0.example/vec?z={z}&x={x}&y={y} https://t0.example/cva?z={z}&x={x}&y={y}"
    with pytest.raises(ConfigurationError, match="MINSHENG_MAP_ATTRIBUTION"):
        MapSettings.from_environment({"MINSHENG_MAP_TILES": tiles})
    kept = MapSettings.from_environment({"MINSHENG_MAP_TILES": tiles, "MINSHENG_MAP_ATTRIBUTION": "某图"})
    assert kept == MapSettings(tuple(tiles.split()), "某图")
    assert MapSettings.from_environment({}) == MapSettings()
