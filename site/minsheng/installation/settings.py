"""Settings of an installation that its administrators change: one table, each value typed and checked.

What is not set has its default. Every change is journaled publicly with what stood there before, and only whoever
has seen the present values may change them: of two who write at once, the second is told.
"""

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng import journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.database import Base, Identity
from minsheng.errors import ChangedMeanwhileError, InvalidValuesError, NotAllowedError
from minsheng.installation.colours import FORM, Colours
from minsheng.journal import Act
from minsheng.progress.schedule import DEFAULT_THRESHOLDS, Thresholds
from minsheng.records.translating import LANGUAGES as OTHER_LANGUAGES

OWN_LANGUAGE = "zh_Hans"
LANGUAGES = (OWN_LANGUAGE, *OTHER_LANGUAGES)
SUBJECT = "settings"
MOST_POINTS = 100


class Setting(Base):
    """One value that differs from its default."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON)
    changed_at: Mapped[dt.datetime]


class Emblem(Base):
    """The emblem of the installation, re-encoded as PNG; one row, or none where the program's own is shown."""

    __tablename__ = "emblem"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[Identity]
    picture: Mapped[bytes]
    digest: Mapped[str] = mapped_column(sa.String(64))
    changed_at: Mapped[dt.datetime]


@dataclasses.dataclass(frozen=True)
class SiteSettings:
    """All settings. Texts are empty where nothing is set; ``…_days`` are working days, thresholds points.
    ``contact_days`` are calendar days for which a sender's contact is kept once the case has ended.

    ``problem_warning_days`` are calendar days before a problem's deadline, ``look_back_months`` the months after which
    a finished project is looked at again where its keeper named none. Targets are broken down by the end of
    ``breakdown_month``; self-reviews, half-year inspections and year-end acceptances are due so many calendar days
    after the quarter, the half-year and the year.

    ``data_licence`` names the terms under which the open data may be used, ``data_licence_url`` where they stand.
    ``report_due_day`` is the day of the next month on which a monthly report is owed. ``emblem`` is the digest of the
    installation's own emblem, ``home_place`` the code of the place it is run for. ``set_up`` is whether the first
    steps of a real place were taken.
    """

    site_name: str = ""
    site_name_hant: str = ""
    site_name_en: str = ""
    emblem: str = ""
    board: str = Colours.board
    board_dark: str = Colours.board_dark
    link_dark: str = Colours.link_dark
    contact_office: str = ""
    contact_phone: str = ""
    contact_address: str = ""
    contact_hours: str = ""
    icp_number: str = ""
    police_number: str = ""
    data_licence: str = ""
    data_licence_url: str = ""
    languages: tuple[str, ...] = LANGUAGES
    report_due_day: int = 8
    seriously_behind: Decimal = DEFAULT_THRESHOLDS.seriously_behind
    behind: Decimal = DEFAULT_THRESHOLDS.behind
    ahead: Decimal = DEFAULT_THRESHOLDS.ahead
    accept_days: int = 2
    reply_days: int = 15
    extension_days: int = 10
    rating_days: int = 10
    contact_days: int = 180
    final_reply_days: int = 10
    problem_warning_days: int = 7
    look_back_months: int = 12
    breakdown_month: int = 3
    self_review_days: int = 15
    half_year_days: int = 31
    year_end_days: int = 31
    second_factor_required: bool = True
    one_person_mode: bool = False
    home_place: str = ""
    set_up: bool = False

    @property
    def colours(self) -> Colours:
        """The installation's colours."""
        return Colours(self.board, self.board_dark, self.link_dark)

    @property
    def thresholds(self) -> Thresholds:
        """From how many points on a project is behind or ahead."""
        return Thresholds(self.seriously_behind, self.behind, self.ahead)

    def name_in(self, language: str) -> str:
        """Return the site's name in a language where it has one, else in its own; empty for none."""
        own = {"zh_Hant": self.site_name_hant, "en": self.site_name_en}.get(language, "")
        return own or self.site_name


DEFAULTS = SiteSettings()
NAMES = tuple(field.name for field in dataclasses.fields(SiteSettings))


def _text(longest: int) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, str) or not value.isprintable():
            raise ValueError("not_text")
        if len(value.strip()) > longest:
            raise ValueError("too_long")
        return value.strip()

    return check


def _whole(least: int, most: int) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError("out_of_range")
        return value

    return check


_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[!-~]*)?")


def _address(value: Any) -> str:
    """Return a web address, or nothing; it is shown as a link and written into files for machines."""
    if not isinstance(value, str):
        raise ValueError("not_an_address")
    address = value.strip()
    if address and not (len(address) <= 200 and _ADDRESS.fullmatch(address) and not set(address) & set('"<>')):
        raise ValueError("not_an_address")
    return address


def _points(value: Any) -> str:
    """Return points as text, which is exact in JSON."""
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("not_a_number") from error
    if not number.is_finite() or abs(number) > MOST_POINTS or number != round(number, 2):
        raise ValueError("out_of_range")
    return format(number.normalize(), "f")


def _colour(value: Any) -> str:
    if not isinstance(value, str) or not FORM.fullmatch(value.strip().lower()):
        raise ValueError("not_a_colour")
    return value.strip().lower()


def _languages(value: Any) -> list[str]:
    chosen = list(value) if isinstance(value, list | tuple) else []
    if OWN_LANGUAGE not in chosen or not set(chosen) <= set(LANGUAGES):
        raise ValueError("not_languages")
    return [language for language in LANGUAGES if language in chosen]


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not_yes_or_no")
    return value


def _code(value: Any) -> str:
    if not isinstance(value, str) or (value and not (value.isascii() and value.isdigit() and len(value) in {6, 9, 12})):
        raise ValueError("not_a_code")
    return value


def _digest(value: Any) -> str:
    if not isinstance(value, str) or (value and (len(value) != 64 or not set(value) <= set("0123456789abcdef"))):
        raise ValueError("not_a_digest")
    return value


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "site_name": _text(40),
    "site_name_hant": _text(40),
    "site_name_en": _text(60),
    "emblem": _digest,
    "board": _colour,
    "board_dark": _colour,
    "link_dark": _colour,
    "contact_office": _text(120),
    "contact_phone": _text(40),
    "contact_address": _text(200),
    "contact_hours": _text(120),
    "icp_number": _text(60),
    "police_number": _text(60),
    "data_licence": _text(80),
    "data_licence_url": _address,
    "languages": _languages,
    "report_due_day": _whole(1, 28),
    "seriously_behind": _points,
    "behind": _points,
    "ahead": _points,
    "accept_days": _whole(1, 5),
    "reply_days": _whole(1, 60),
    "extension_days": _whole(0, 30),
    "rating_days": _whole(1, 30),
    "contact_days": _whole(7, 1095),
    "final_reply_days": _whole(1, 30),
    "problem_warning_days": _whole(1, 60),
    "look_back_months": _whole(1, 60),
    "breakdown_month": _whole(1, 12),
    "self_review_days": _whole(1, 60),
    "half_year_days": _whole(1, 92),
    "year_end_days": _whole(1, 120),
    "second_factor_required": _yes_or_no,
    "one_person_mode": _yes_or_no,
    "home_place": _code,
    "set_up": _yes_or_no,
}
"""What each value must be, in the form it has in the database."""


def read(session: Session) -> SiteSettings:
    """Return the settings as this transaction sees them; a value that no longer fits counts as not set."""
    return _made(_stored(session))


def seen(values: SiteSettings, names: Iterable[str]) -> str:
    """Return a fingerprint of some values: a form carries it, so that nobody overwrites what they have not seen."""
    shown = {name: _plain(getattr(values, name)) for name in sorted(names)}
    return hashlib.sha256(journal.canonical(shown).encode()).hexdigest()[:24]


def change(
    session: Session,
    values: Mapping[str, Any],
    by: StaffMember,
    at: dt.datetime,
    *,
    seen_by_writer: str | None = None,
) -> bool:
    """Take these values and journal what changed; return whether anything did.

    Raises ``NotAllowedError`` without the right for the whole installation, ``ChangedMeanwhileError`` where
    ``seen_by_writer`` is not :func:`seen` of the present values, and ``InvalidValuesError`` with a code for each value
    that cannot be taken; then nothing is.
    """
    if not by.may_on(Permission.CHANGE_SETTINGS, None, None):
        raise NotAllowedError
    return put(session, values, by.post, at, seen_by_writer=seen_by_writer)


def put(
    session: Session, values: Mapping[str, Any], actor: str, at: dt.datetime, *, seen_by_writer: str | None = None
) -> bool:
    """Do the same for a command or a job, which needs nobody's right."""
    journal.lock(session)
    stored = _stored(session, lock=True)
    before = _made(stored)
    if seen_by_writer is not None and seen_by_writer != seen(before, values):
        raise ChangedMeanwhileError(tuple(values))
    checked = _checked(values)
    after = _made({**stored, **checked})
    _refuse_unfit(after, checked)
    changed = [name for name in checked if getattr(before, name) != getattr(after, name)]
    if not changed:
        return False
    for name in changed:
        row = session.get(Setting, name)
        if checked[name] == _plain(getattr(DEFAULTS, name)):
            if row is not None:
                session.delete(row)
        elif row is None:
            session.add(Setting(name=name, value=checked[name], changed_at=at))
        else:
            row.value, row.changed_at = checked[name], at
    session.flush()
    act = Act("settings_changed", SUBJECT, actor, before=snapshot(before), after=snapshot(after))
    journal.record(session, act, at)
    return True


def snapshot(values: SiteSettings) -> dict[str, object]:
    """Return what differs from the defaults, as the journal keeps it."""
    said = {name: _plain(getattr(values, name)) for name in NAMES}
    return {name: value for name, value in said.items() if value != _plain(getattr(DEFAULTS, name))}


def is_changed(session: Session) -> bool:
    """Whether anything was ever set, so that the journal speaks of the settings."""
    entry = sa.select(journal.JournalEntry.sequence).where(journal.JournalEntry.subject == SUBJECT).limit(1)
    return session.scalar(entry) is not None


def _stored(session: Session, *, lock: bool = False) -> dict[str, Any]:
    query = sa.select(Setting.name, Setting.value)
    rows = session.execute(query.with_for_update() if lock else query)
    return {name: value for name, value in rows if name in _CHECKS and _fits(name, value)}


def _fits(name: str, value: Any) -> bool:
    try:
        _CHECKS[name](value)
    except ValueError:
        return False
    return True


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked, problems = {}, {}
    for name, value in values.items():
        try:
            checked[name] = _CHECKS[name](value)
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise InvalidValuesError(problems)
    return checked


def _made(stored: Mapping[str, Any]) -> SiteSettings:
    points = {name: Decimal(stored[name]) for name in ("seriously_behind", "behind", "ahead") if name in stored}
    languages = {"languages": tuple(stored["languages"])} if "languages" in stored else {}
    return dataclasses.replace(DEFAULTS, **{**stored, **points, **languages})


def _refuse_unfit(after: SiteSettings, checked: Mapping[str, Any]) -> None:
    """Raise ``InvalidValuesError`` for values that are each well-formed but do not fit together."""
    problems = dict.fromkeys((name for name in after.colours.faint() if name in checked), "too_faint")
    if not after.seriously_behind < after.behind < after.ahead:
        problems |= dict.fromkeys(checked.keys() & {"seriously_behind", "behind", "ahead"}, "not_rising")
    if problems:
        raise InvalidValuesError(problems)


def _plain(value: Any) -> Any:
    """Return a value in the form it has in the database."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return list(value) if isinstance(value, tuple) else value
