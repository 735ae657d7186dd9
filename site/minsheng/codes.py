"""Codes that people copy by hand: unguessable, without look-alike letters, with a check character."""

import hashlib
import hmac

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXY"
"""31 characters, a prime number of them; 0, 1, I, O and Z are left out because people misread them."""
LENGTH = 11


def _check_character(body: str) -> str:
    """Return a check character that notices every single wrong letter and every two swapped neighbours.

    Weighted sum modulo 31: a prime above every weight.
    """
    total = sum((position + 1) * ALPHABET.index(letter) for position, letter in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def tracking_code(secret: str, purpose: str, ticket: str) -> str:
    """Return the code that belongs to a form ticket: the same one however often the form is sent.

    54 bits of HMAC-SHA-256 over purpose and ticket, then a check character, as ``XXXX-XXXX-XXXX``.
    """
    body = keyed_letters(secret, purpose, ticket, LENGTH)
    whole = body + _check_character(body)
    return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def keyed_letters(secret: str, purpose: str, text: str, length: int) -> str:
    """Return letters that only the holder of the secret can make: HMAC-SHA-256, 4.95 bits a letter."""
    mac = hmac.new(secret.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(mac, "big")
    letters = ""
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        letters += ALPHABET[digit]
    return letters


def normalise(typed: str) -> str | None:
    """Return a typed code in its standard form, or None when it cannot be one (its check fails)."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(letters) != LENGTH + 1 or any(letter not in ALPHABET for letter in letters):
        return None
    if _check_character(letters[:-1]) != letters[-1]:
        return None
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def code_hash(code: str) -> str:
    """Return the SHA-256 of a standard-form code: all that the database keeps of it."""
    return hashlib.sha256(code.encode()).hexdigest()
