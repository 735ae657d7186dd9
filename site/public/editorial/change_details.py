"""What changed inside a list of a record — ledger, milestones, targets — one line for each thing that did."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from pages import formats
from pages.language import gettext as _
from pages.language import plain_record_text
from pages.words import word

Line = tuple[str, str, str]
"""What it is, what it was, what it is now, in the reader's words."""


def funding(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Line]:
    """Yield changed plans and new movements of money, line by line."""
    for number, line in enumerate(new):
        before = old[number] if number < len(old) else {"planned_fen": None, "movements": []}
        source = word(line["source"], "funding_source")
        if line["kind"] != "funds":
            source += _("（%(kind)s）", kind=word(line["kind"], "funding_kind"))
        if before["planned_fen"] != line["planned_fen"]:
            yield source, formats.money(before["planned_fen"]), formats.money(line["planned_fen"])
        known = list(before["movements"])
        for movement in line["movements"]:
            if movement in known:
                known.remove(movement)
                continue
            moved_on, kind, fen = movement[:3]
            what = f"{source} · {word(kind, 'movement_kind')} · {_day(moved_on)}"
            yield what, "", formats.money_exact(fen)


def milestones(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Line]:
    """Yield planned dates that moved and steps that happened, with the reason of a slip."""
    before = {step["kind"]: step for step in old}
    for step in new:
        known = before.get(step["kind"], {})
        name = word(step["kind"], "milestone_kind")
        for field, label in (("planned_on", _("计划")), ("actual_on", _("实际"))):
            if known.get(field) != step[field]:
                yield f"{name} · {label}", _day(known.get(field)), _day(step[field]) or formats.NOTHING
        if known.get("slip_reason", "") != step["slip_reason"]:
            yield name + " · " + _("推迟的原因"), "", plain_record_text(step["slip_reason"])


def indicators(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[Line]:
    """Yield targets that were set, raised, lowered or dropped."""
    before = {(target["name"], target.get("part")): _untranslated(target) for target in old}
    after = {(target["name"], target.get("part")): _untranslated(target) for target in new}
    for key in [*before, *(key for key in after if key not in before)]:
        earlier, later = before.get(key), after.get(key)
        if earlier != later:
            name = " · ".join(plain_record_text(part) for part in key if part)
            yield name, _target(earlier), _target(later)


def _untranslated(target: Mapping[str, Any]) -> dict[str, Any]:
    """Return a target without its translations, which change nothing of it."""
    return {name: value for name, value in target.items() if name != "translations"}


def _target(target: Mapping[str, Any] | None) -> str:
    if target is None:
        return ""
    return formats.quantity(_decimal(target["target"]), target["unit"])


def values(old: list[list[Any]], new: list[list[Any]]) -> Iterator[Line]:
    """Yield values of indicators that were corrected; a snapshot knows them by their place in the list."""
    before = {value[0]: value[1] for value in old}
    for position, value, *_rest in new:
        if before.get(position) != value:
            yield (
                _("第 %(number)s 项指标", number=position + 1),
                formats.number(_decimal(before.get(position))),
                formats.number(_decimal(value)),
            )


def responsibilities(old: list[list[str]], new: list[list[str]]) -> Iterator[Line]:
    """Yield posts that changed hands."""
    before = {role: " ".join(rest).strip() for role, *rest in old}
    for role, *rest in new:
        post = " ".join(rest).strip()
        if before.get(role, "") != post:
            yield word(role, "responsibility_role"), plain_record_text(before.get(role)), plain_record_text(post)


def payments(old: list[list[Any]], new: list[list[Any]]) -> Iterator[Line]:
    """Yield payments of a contract that came or went."""
    for paid_on, fen, note in _without(new, old):
        yield _payment(paid_on, note), "", formats.money_exact(fen)
    for paid_on, fen, note in _without(old, new):
        yield _payment(paid_on, note), formats.money_exact(fen), formats.NOTHING


def _payment(paid_on: str, note: str) -> str:
    return " · ".join(part for part in (_("付款"), _day(paid_on), plain_record_text(note)) if part)


def contract_changes(old: list[list[Any]], new: list[list[Any]]) -> Iterator[Line]:
    """Yield changes of a contract that were added, with their reasons."""
    for changed_on, fen, reason in _without(new, old):
        yield _("合同变更") + " · " + _day(changed_on), "", f"{formats.money_exact(fen)} {plain_record_text(reason)}"


def _without(some: list[list[Any]], others: list[list[Any]]) -> list[list[Any]]:
    """Return what is in one list and not in the other; two that are alike count twice."""
    left = list(others)
    found = []
    for one in some:
        if one in left:
            left.remove(one)
        else:
            found.append(one)
    return found


def _day(text: str | None) -> str:
    """Return a day of a snapshot as a reader sees it, or nothing."""
    return formats.date(dt.date.fromisoformat(text)) if text else ""


def _decimal(text: object) -> Decimal | None:
    try:
        return None if text is None else Decimal(str(text))
    except InvalidOperation:
        return None


LISTS: Mapping[str, Callable[[list[Any], list[Any]], Iterator[Line]]] = MappingProxyType(
    {
        "funding": funding,
        "milestones": milestones,
        "indicators": indicators,
        "values": values,
        "responsibilities": responsibilities,
        "payments": payments,
        "changes": contract_changes,
    }
)
"""Fields whose changes are told item by item."""
