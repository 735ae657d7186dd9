"""A short digest for naming things by what they were made from."""

import hashlib


def digest(*parts: str) -> str:
    """Return sixteen hexadecimal digits that change when any part does."""
    state = hashlib.blake2b(digest_size=8)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        state.update(len(encoded).to_bytes(8, "big"))
        state.update(encoded)
    return state.hexdigest()
