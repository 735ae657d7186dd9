"""Amounts of OC4IDS as fen: only yuan arrive, exactly; nothing is converted and nothing is rounded silently."""

import re
from collections.abc import Mapping
from decimal import Decimal

from minsheng.importing.oc4ids_codes import CURRENCY
from minsheng.importing.oc4ids_nodes import Node, RepairCode

LARGEST_FEN = 10**17
YUAN = frozenset({"CNY", "RMB", "CN¥", "YUAN", "人民币", "人民币元", "元"})
"""Writings that are surely yuan. The sign ¥ alone is not: it is also the yen's."""
_CODE = re.compile(r"[A-Z]{3}")
NOISE = Decimal("0.001")
"""Of a fen: what is nearer to a whole fen than this was whole before a program computed with binary fractions."""


def fen_of(node: Node, name: str, above: str = "", *, may_be_negative: bool = False) -> int | None:
    """Return an amount in fen, or None with the reason noted.

    ``above`` is the currency of what the amount is a part of, for an amount that names none itself.
    """
    value = node.values.get(name)
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
        node.note(RepairCode.BARE_AMOUNT, name, value)
        return _fen(Node({"amount": value}, node.at(name), node.repairs), above, may_be_negative=may_be_negative)
    record = node.record(name)
    return None if record is None else _fen(record, above, may_be_negative=may_be_negative)


def currency_of(node: Node, name: str) -> str:
    """Return the currency an amount names, as it is written; nothing where it names none."""
    value = node.values.get(name)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    written = value.get("currency") if isinstance(value, Mapping) else None
    return written.strip() if isinstance(written, str) else ""


def _fen(value: Node, above: str, *, may_be_negative: bool) -> int | None:
    amount = value.number("amount")
    if amount is None:
        return None
    written = value.text("currency", 40)
    if not written and not above:
        value.note(RepairCode.NO_CURRENCY, "amount", amount)
        return None
    currency = written or above
    plain = currency.strip().upper()
    if plain not in YUAN:
        code = RepairCode.FOREIGN_CURRENCY if _CODE.fullmatch(plain) else RepairCode.UNKNOWN_CURRENCY
        value.note(code, "amount", f"{amount} {currency}")
        return None
    if not written:
        value.note(RepairCode.CURRENCY_INHERITED, "currency", above)
    elif written != CURRENCY:
        value.note(RepairCode.CURRENCY_FORM, "currency", written)
    return _whole_fen(value, amount, may_be_negative=may_be_negative)


def _whole_fen(value: Node, amount: Decimal, *, may_be_negative: bool) -> int | None:
    fen = amount * 100
    whole = fen.to_integral_value()
    if fen != whole:
        if abs(fen - whole) >= NOISE:
            value.note(RepairCode.TOO_PRECISE, "amount", amount)
            return None
        value.note(RepairCode.FLOAT_NOISE, "amount", amount)
    if abs(whole) >= LARGEST_FEN:
        value.note(RepairCode.OUT_OF_RANGE, "amount", amount)
        return None
    if whole < 0 and not may_be_negative:
        value.note(RepairCode.NEGATIVE, "amount", amount)
        return None
    return int(whole)
