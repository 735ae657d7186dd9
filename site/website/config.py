"""Settings from the environment, and the secrets that a first run makes for itself."""

import base64
import dataclasses
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

from minsheng.mailing.mail import InvalidRecipientError, read_address
from minsheng.mailing.transports import Security

SECRETS_FILE = "secrets.env"
TILE_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9/?&=._~{}:,%+-]+")
"""One server by name: its origin goes into the content policy as it stands."""


class ConfigurationError(Exception):
    """A setting is missing or makes no sense; the message says which and what to do."""


@dataclasses.dataclass(frozen=True)
class MailSettings:
    """How mail leaves: through ``host``, or as files in the data folder where there is none.

    ``local_address`` begins the links in mail where the site has no public address: somebody tries it out.
    """

    host: str = ""
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = dataclasses.field(default="", repr=False)
    sender: str = "minsheng@localhost.invalid"
    local_address: str = "http://127.0.0.1:8000"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "MailSettings":
        """Read ``MINSHENG_SMTP_*`` and ``MINSHENG_MAIL_FROM``. Raises ``ConfigurationError``."""
        host = environment.get("MINSHENG_SMTP_HOST", "").strip()
        security = environment.get("MINSHENG_SMTP_SECURITY", "starttls").strip().lower()
        if security not in get_args(Security):
            raise ConfigurationError(f"MINSHENG_SMTP_SECURITY must be starttls, tls or none, not {security!r}")
        for name in ("MINSHENG_MAIL_FROM", "MINSHENG_PUBLIC_ADDRESS") if host else ():
            if not environment.get(name):
                raise ConfigurationError(f"{name} must be set where MINSHENG_SMTP_HOST is")
        sender = environment.get("MINSHENG_MAIL_FROM", "").strip() or cls.sender
        try:
            read_address(sender)
        except InvalidRecipientError as error:
            raise ConfigurationError(f"MINSHENG_MAIL_FROM must be a mail address, not {sender!r}") from error
        return cls(
            host=host,
            port=_number(environment, "MINSHENG_SMTP_PORT", {"tls": 465, "none": 25}.get(security, 587)),
            security=cast("Security", security),
            user=environment.get("MINSHENG_SMTP_USER", ""),
            password=environment.get("MINSHENG_SMTP_PASSWORD", ""),
            sender=sender,
            local_address=_address(environment, "MINSHENG_LOCAL_ADDRESS", ("http://", "https://")) or cls.local_address,
        )


@dataclasses.dataclass(frozen=True)
class MapSettings:
    """Where the map that can be zoomed gets its ground: addresses of tiles, one a layer, and whom to name for them."""

    tiles: tuple[str, ...] = ()
    attribution: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "MapSettings":
        """Read ``MINSHENG_MAP_TILES`` and ``MINSHENG_MAP_ATTRIBUTION``. Raises ``ConfigurationError``."""
        tiles = tuple(environment.get("MINSHENG_MAP_TILES", "").split())
        attribution = environment.get("MINSHENG_MAP_ATTRIBUTION", "").strip()
        for address in tiles:
            if not TILE_ADDRESS.fullmatch(address) or not all(part in address for part in ("{z}", "{x}", "{y}")):
                raise ConfigurationError(
                    f"MINSHENG_MAP_TILES must be https:// with {{z}}, {{x}}, {{y}}, not {address!r}"
                )
        if tiles and not attribution:
            raise ConfigurationError("MINSHENG_MAP_ATTRIBUTION must name whose tiles MINSHENG_MAP_TILES are")
        return cls(tiles, attribution)


@dataclasses.dataclass(frozen=True)
class Settings:
    """Everything that differs between installations. ``data`` holds database, index, pictures and secrets."""

    data: Path
    secret_key: str
    contact_keys: str
    database_url: str
    one_person_mode: bool = False
    secure_cookies: bool = False
    trusted_proxies: int = 0
    rate_limits: bool = True
    rate_limit_storage: str = "memory://"
    page_cache_bytes: int = 64_000_000
    public_address: str = ""
    security_contact: str = ""
    mail: MailSettings = dataclasses.field(default_factory=MailSettings)
    scheduler: bool = True
    map: MapSettings = dataclasses.field(default_factory=MapSettings)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read ``MINSHENG_*``. Raises ``ConfigurationError`` naming what is missing or wrong."""
        data = Path(environment.get("MINSHENG_DATA", "var")).resolve()
        missing = [name for name in ("MINSHENG_SECRET_KEY", "MINSHENG_CONTACT_KEYS") if not environment.get(name)]
        if missing:
            raise ConfigurationError(
                f"{' and '.join(missing)} must be set; `minsheng serve` makes them in {data / SECRETS_FILE}"
            )
        return cls(
            data=data,
            secret_key=environment["MINSHENG_SECRET_KEY"],
            contact_keys=environment["MINSHENG_CONTACT_KEYS"],
            database_url=environment.get("MINSHENG_DATABASE_URL") or f"sqlite:///{data / 'minsheng.sqlite'}",
            one_person_mode=_flag(environment, "MINSHENG_ONE_PERSON_MODE"),
            secure_cookies=_flag(environment, "MINSHENG_HTTPS"),
            trusted_proxies=_number(environment, "MINSHENG_TRUSTED_PROXIES"),
            rate_limit_storage=environment.get("MINSHENG_RATE_LIMIT_STORAGE", "memory://"),
            page_cache_bytes=_number(environment, "MINSHENG_PAGE_CACHE_MB", 64) * 1_000_000,
            public_address=_address(environment, "MINSHENG_PUBLIC_ADDRESS", ("https://", "http://")).rstrip("/"),
            security_contact=_address(environment, "MINSHENG_SECURITY_CONTACT", ("mailto:", "https://", "tel:")),
            mail=MailSettings.from_environment(environment),
            scheduler=_flag({"MINSHENG_SCHEDULER": "1", **environment}, "MINSHENG_SCHEDULER"),
            map=MapSettings.from_environment(environment),
        )


def load_or_make_secrets(data: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment completed with the secrets kept in ``data``, making them on the first run.

    What the environment already sets wins. The file is readable by its owner only.
    """
    path = data / SECRETS_FILE
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        made = {
            "MINSHENG_SECRET_KEY": secrets.token_urlsafe(48),
            "MINSHENG_CONTACT_KEYS": f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in made.items())
    kept = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {**kept, **environment}


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").strip().lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no"}:
        raise ConfigurationError(f"{name} must be 1 or 0, not {value!r}")
    return value in {"1", "true", "yes"}


def _number(environment: Mapping[str, str], name: str, default: int = 0) -> int:
    value = environment.get(name) or str(default)
    if not value.isdigit():
        raise ConfigurationError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def _address(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    """Return an address that starts with one of these schemes, or nothing where none is set."""
    value = environment.get(name, "").strip()
    if value and (not value.startswith(schemes) or not value.isprintable() or " " in value):
        raise ConfigurationError(f"{name} must start with {' or '.join(schemes)}, not {value!r}")
    return value
