"""The second factor of a sign-in: an authenticator app (TOTP, RFC 6238) and recovery codes, and who needs one.

Passkeys are the other second factor, see :mod:`minsheng.accounts.passkeys`. A time code is taken once: the step it
belongs to
is kept, and no code of this step or an earlier one is taken again. Secrets are sealed for the account they belong to.
"""

import datetime as dt
import hashlib
import secrets

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.accounts import signing_in
from minsheng.accounts.passkeys import Passkey
from minsheng.accounts.staff import Role, StaffMember
from minsheng.database import Base, Identity
from minsheng.encryption import ContactBox
from minsheng.errors import WrongStateError

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""Steps before and after the present one whose code is taken (RFC 6238, section 5.2, advises one for delays)."""
RECOVERY_CODES = 10
RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
RECOVERY_LENGTH = 16
"""Letters of a recovery code: 79 bits, so a plain digest of it cannot be guessed back."""
NEED_FACTOR = frozenset({Role.PUBLISHER, Role.ADMINISTRATOR})
"""Roles that make things public or hand out rights, and so need a second factor."""


class AuthenticatorApp(Base):
    """The app of one member of staff that shows time codes; it counts once its first code has been confirmed."""

    __tablename__ = "authenticator_app"

    id: Mapped[Identity]
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), unique=True)
    sealed_secret: Mapped[bytes]
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    added_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]


class RecoveryCode(Base):
    """A code on paper for the day the phone is lost. Only its hash is kept; it is taken once."""

    __tablename__ = "recovery_code"

    id: Mapped[Identity]
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    used_at: Mapped[dt.datetime | None]


def is_needed(member: StaffMember) -> bool:
    """Whether the roles of a member of staff demand a second factor."""
    return any(grant.role in NEED_FACTOR for grant in member.grants)


def has_any(session: Session, member: StaffMember) -> bool:
    """Whether a member of staff has a confirmed app or a passkey."""
    return app_of(session, member) is not None or bool(
        session.scalar(sa.select(Passkey.id).where(Passkey.staff_member_id == member.id).limit(1))
    )


def app_of(session: Session, member: StaffMember) -> AuthenticatorApp | None:
    """Return the confirmed app of a member of staff."""
    found = _any_app(session, member)
    return found if found is not None and found.confirmed_at is not None else None


def begin_app(session: Session, box: ContactBox, member: StaffMember, at: dt.datetime) -> str:
    """Return the secret of an app that waits for its first code; asked again before that, the same one.

    Raises ``WrongStateError`` where there is a confirmed app: it has to be removed first.
    """
    waiting = _any_app(session, member)
    if waiting is None:
        secret = pyotp.random_base32(32)
        sealed = box.seal(secret, _record(member))
        session.add(AuthenticatorApp(staff_member_id=member.id, sealed_secret=sealed, added_at=at))
        session.flush()
        return secret
    if waiting.confirmed_at is not None:
        raise WrongStateError("begin_app", "confirmed")
    return box.open(waiting.sealed_secret, _record(member))


def waiting_secret(session: Session, box: ContactBox, member: StaffMember) -> str | None:
    """Return the secret of an app that waits for its first code."""
    waiting = _any_app(session, member)
    if waiting is None or waiting.confirmed_at is not None:
        return None
    return box.open(waiting.sealed_secret, _record(member))


def address_of(secret: str, member: StaffMember, site: str) -> str:
    """Return the ``otpauth:`` address that an app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=member.username, issuer_name=site)


def confirm_app(session: Session, box: ContactBox, member: StaffMember, code: str, at: dt.datetime) -> bool:
    """Take the first code of a waiting app, after which the app counts. Returns whether the code was right."""
    waiting = _any_app(session, member, lock=True)
    if waiting is None or waiting.confirmed_at is not None or not _take_step(box, waiting, member, code, at):
        return False
    waiting.confirmed_at = at
    signing_in.record(session, "factor_added", member, at, factor="app")
    return True


def check_app(session: Session, box: ContactBox, member: StaffMember, code: str, at: dt.datetime) -> bool:
    """Return whether a time code is right and was not used before; a right one is used up."""
    app = _any_app(session, member, lock=True)
    return app is not None and app.confirmed_at is not None and _take_step(box, app, member, code, at)


def remove_app(session: Session, member: StaffMember, at: dt.datetime) -> None:
    """Take the app away; raises ``WrongStateError`` where nothing else would be left of a needed factor."""
    app = _any_app(session, member, lock=True)
    if app is None:
        return
    session.delete(app)
    if app.confirmed_at is not None:
        _removed(session, member, at, "app")


def remove_passkey(session: Session, member: StaffMember, passkey_id: int, at: dt.datetime) -> None:
    """Take one of the member's own passkeys away; raises as :func:`remove_app`, and for a key that is not theirs."""
    found = session.get(Passkey, passkey_id)
    if found is None or found.staff_member_id != member.id:
        raise WrongStateError("remove_passkey", "gone")
    session.delete(found)
    _removed(session, member, at, "passkey")


def _removed(session: Session, member: StaffMember, at: dt.datetime, factor: str) -> None:
    """Journal what was removed; without a last factor the recovery codes, which stand in for one, go too."""
    session.flush()
    if not has_any(session, member):
        if is_needed(member):
            raise WrongStateError("remove_factor", "last_factor")
        session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_member_id == member.id))
    signing_in.record(session, "factor_removed", member, at, factor=factor)


def issue_recovery_codes(session: Session, member: StaffMember, at: dt.datetime) -> list[str]:
    """Return new recovery codes, to be shown once; the former ones are void."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.staff_member_id == member.id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(staff_member_id=member.id, code_hash=_hash_of(member, code)) for code in codes)
    signing_in.record(session, "recovery_codes_issued", member, at)
    return codes


def codes_left(session: Session, member: StaffMember) -> int:
    """Return how many recovery codes have not been used."""
    unused = RecoveryCode.used_at.is_(None)
    query = sa.select(sa.func.count()).where(RecoveryCode.staff_member_id == member.id, unused)
    return session.scalar(query) or 0


def take_recovery_code(session: Session, member: StaffMember, code: str, at: dt.datetime) -> bool:
    """Return whether a recovery code is right and unused; a right one is used up, whoever else sends it meanwhile."""
    taken = session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.staff_member_id == member.id,
            RecoveryCode.code_hash == _hash_of(member, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    is_right = bool(taken.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE's result has it
    if is_right:
        signing_in.record(session, "recovery_code_used", member, at)
    return is_right


def remove_all(session: Session, member: StaffMember) -> None:
    """Take every second factor away, for someone who lost them all; the caller says why in the journal."""
    for model in (AuthenticatorApp, RecoveryCode, Passkey):
        session.execute(sa.delete(model).where(model.staff_member_id == member.id))


def _any_app(session: Session, member: StaffMember, *, lock: bool = False) -> AuthenticatorApp | None:
    """Return the app, waiting or confirmed; locked, so that of two who send one code only the first is let in."""
    query = sa.select(AuthenticatorApp).where(AuthenticatorApp.staff_member_id == member.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def _take_step(box: ContactBox, app: AuthenticatorApp, member: StaffMember, code: str, at: dt.datetime) -> bool:
    """Return whether ``code`` belongs to a step near ``at`` that is later than every one taken before; note it."""
    typed = "".join(code.split())
    if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
        return False
    totp = pyotp.TOTP(box.open(app.sealed_secret, _record(member)), interval=STEP_SECONDS)
    present = int(at.timestamp()) // STEP_SECONDS
    right = [
        step
        for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
        if secrets.compare_digest(totp.generate_otp(step), typed) and step > app.last_step
    ]
    if not right:
        return False
    app.last_step = right[0]
    return True


def _record(member: StaffMember) -> str:
    return f"authenticator:{member.id}"


def _new_code() -> str:
    letters = "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, RECOVERY_LENGTH, 4))


def _hash_of(member: StaffMember, code: str) -> str:
    """Return what is kept of a code; spaces, hyphens and capitals are how people copy from paper."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(f"{member.id}:{plain}".encode()).hexdigest()
