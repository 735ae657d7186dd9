"""An authenticator made of software: what a phone does for a passkey, with every step open to mischief."""

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

USER_PRESENT, USER_VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


class Authenticator:
    """One device with one key (ES256), at one origin."""

    def __init__(self, origin: str = "https://minsheng.example") -> None:
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.count = 0
        self.verifies_user = True

    def create(self, options: dict[str, Any], **other: Any) -> str:
        """Answer ``navigator.credentials.create`` as the page's script sends it."""
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = b"\0" * 16 + len(self.credential_id).to_bytes(2, "big") + self.credential_id + encode_cbor(public)
        data = self._data(options["rp"]["id"], HAS_KEY) + attested
        response = {
            "clientDataJSON": self._client("webauthn.create", options, **other),
            "attestationObject": bytes_to_base64url(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._answer(response)

    def get(self, options: dict[str, Any], **other: Any) -> str:
        """Answer ``navigator.credentials.get``."""
        client = self._client("webauthn.get", options, **other)
        data = self._data(options["rpId"], 0)
        signed = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": None,
        }
        return self._answer(response)

    def _answer(self, response: dict[str, Any]) -> str:
        name = bytes_to_base64url(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _client(self, kind: str, options: dict[str, Any], **other: Any) -> str:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False, **other}
        return bytes_to_base64url(json.dumps(said).encode())

    def _data(self, site: str, flags: int) -> bytes:
        self.count += 1
        flags |= USER_PRESENT | (USER_VERIFIED if self.verifies_user else 0)
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
