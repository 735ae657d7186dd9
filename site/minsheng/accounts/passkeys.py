"""Passkeys (WebAuthn): keys that never leave a member of staff's phone, computer or token.

Every challenge is kept as a hash for a few minutes, belongs to one sign-in and one purpose, and is used up by the
first answer to it, right or wrong. The origin and the name of the site (RP ID) come from the site's own address,
never from a request's claim alone, and the device must have verified its user.
"""

import base64
import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from sqlalchemy.orm import Mapped, Session, mapped_column
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from minsheng.accounts import signing_in
from minsheng.accounts.staff import StaffMember, StaffSession
from minsheng.database import Base, Identity
from minsheng.errors import DomainError, WrongStateError

LIFETIME = dt.timedelta(minutes=5)
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000
"""Characters of a browser's answer: an attestation without certificates takes about a thousand."""
LONGEST_ID = 1400
"""Characters of a credential's name: 1023 bytes (WebAuthn, section 4) in base64url."""
MOST_PASSKEYS = 10

REGISTER = "register"
SIGN_IN = "sign_in"


class PasskeyRefusedError(DomainError):
    """An answer that proves nothing: another challenge, origin or key, no verified user, or a copied key."""

    code = "passkey_refused"


class Passkey(Base):
    """The public half of a key. ``sign_count`` only rises; one that falls back tells of a copied key."""

    __tablename__ = "passkey"

    id: Mapped[Identity]
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(sa.String(LONGEST_ID), unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME))
    added_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class PasskeyChallenge(Base):
    """A challenge that waits for its answer, by its hash; it belongs to one sign-in."""

    __tablename__ = "passkey_challenge"

    challenge_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    staff_session_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_session.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(10))
    expires_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Site:
    """What keys are made for: the site's origin (``https://host[:port]``) and its host name."""

    origin: str
    name: str

    @classmethod
    def at(cls, address: str) -> "Site":
        """Return the site at an address such as ``https://example.org:8443/below``."""
        parts = urlsplit(address)
        return cls(f"{parts.scheme}://{parts.netloc}".lower(), (parts.hostname or "").lower())

    @property
    def can_hold_keys(self) -> bool:
        """Whether browsers make keys here: only over HTTPS, or for the machine itself by its name."""
        return bool(self.name) and (self.origin.startswith("https://") or self.name == "localhost")


def of(session: Session, member: StaffMember) -> list[Passkey]:
    """Return the passkeys of a member of staff, oldest first."""
    query = sa.select(Passkey).where(Passkey.staff_member_id == member.id).order_by(Passkey.id)
    return list(session.scalars(query))


def begin_registration(
    session: Session, site: Site, sign_in: StaffSession, site_name: str, at: dt.datetime
) -> dict[str, Any]:
    """Return what ``navigator.credentials.create`` is asked for, in its JSON form.

    Raises ``WrongStateError`` for someone who has as many keys as one may have.
    """
    member = sign_in.staff_member
    present = of(session, member)
    if len(present) >= MOST_PASSKEYS:
        raise WrongStateError("begin_registration", "most_passkeys")
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=site_name,
        user_name=member.username,
        user_display_name=member.post,
        user_id=hashlib.sha256(f"staff:{member.id}:{member.created_at.isoformat()}".encode()).digest(),
        challenge=_new_challenge(session, sign_in, REGISTER, at),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(present),
    )
    loaded: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return loaded


def register(session: Session, site: Site, sign_in: StaffSession, answer: str, name: str, at: dt.datetime) -> Passkey:
    """Keep the new key that a browser's answer brings. Raises ``PasskeyRefusedError``."""
    challenge = _take_challenge(session, sign_in, REGISTER, answer, at)
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefusedError from error
    credential_id = bytes_to_base64url(verified.credential_id)
    taken = session.scalar(sa.select(Passkey.id).where(Passkey.credential_id == credential_id))
    if taken is not None or len(credential_id) > LONGEST_ID:
        raise PasskeyRefusedError
    member = sign_in.staff_member
    passkey = Passkey(
        staff_member_id=member.id,
        credential_id=credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name.strip()[:LONGEST_NAME],
        added_at=at,
    )
    session.add(passkey)
    signing_in.record(session, "factor_added", member, at, factor="passkey")
    return passkey


def begin_sign_in(session: Session, site: Site, sign_in: StaffSession, at: dt.datetime) -> dict[str, Any]:
    """Return what ``navigator.credentials.get`` is asked for, in its JSON form."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=_new_challenge(session, sign_in, SIGN_IN, at),
        allow_credentials=_descriptors(of(session, sign_in.staff_member)),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    loaded: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return loaded


def check(session: Session, site: Site, sign_in: StaffSession, answer: str, at: dt.datetime) -> Passkey:
    """Return the key that signed the challenge of this sign-in. Raises ``PasskeyRefusedError``."""
    challenge = _take_challenge(session, sign_in, SIGN_IN, answer, at)
    passkey = session.scalar(
        sa.select(Passkey)
        .where(Passkey.staff_member_id == sign_in.staff_member_id, Passkey.credential_id == _credential_id(answer))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if passkey is None:
        raise PasskeyRefusedError
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefusedError from error
    passkey.sign_count, passkey.used_at = verified.new_sign_count, at
    return passkey


def forget_challenges(session: Session, at: dt.datetime) -> int:
    """Remove challenges that nobody answered in time, and return how many."""
    gone = session.execute(sa.delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= at))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it


def _new_challenge(session: Session, sign_in: StaffSession, purpose: str, at: dt.datetime) -> bytes:
    """Return a new challenge; an earlier one of the same sign-in and purpose is void."""
    session.execute(
        sa.delete(PasskeyChallenge).where(
            PasskeyChallenge.staff_session_id == sign_in.id, PasskeyChallenge.purpose == purpose
        )
    )
    challenge = secrets.token_bytes(32)
    session.add(
        PasskeyChallenge(
            challenge_hash=hashlib.sha256(challenge).hexdigest(),
            staff_session_id=sign_in.id,
            purpose=purpose,
            expires_at=at + LIFETIME,
        )
    )
    session.flush()
    return challenge


def _take_challenge(session: Session, sign_in: StaffSession, purpose: str, answer: str, at: dt.datetime) -> bytes:
    """Use up the challenge that an answer names, if it was this sign-in's. Raises ``PasskeyRefusedError``."""
    challenge = _stated_challenge(answer)
    taken = session.execute(
        sa.delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge_hash == hashlib.sha256(challenge).hexdigest(),
            PasskeyChallenge.staff_session_id == sign_in.id,
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.expires_at > at,
        )
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # a DELETE's result has it
        raise PasskeyRefusedError
    return challenge


def _stated_challenge(answer: str) -> bytes:
    """Return the challenge that an answer says it signed. Raises ``PasskeyRefusedError`` for what is no answer."""
    try:
        said = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
        client = json.loads(base64url_to_bytes(said["response"]["clientDataJSON"]))  # type: ignore[index]  # caught below
        return base64url_to_bytes(client["challenge"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PasskeyRefusedError from error


def _credential_id(answer: str) -> str:
    """Return the name of the key that an answer says it used, in the one way we write such names."""
    try:
        return bytes_to_base64url(base64url_to_bytes(json.loads(answer)["id"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PasskeyRefusedError from error


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=_decoded(passkey.credential_id)) for passkey in passkeys]


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
