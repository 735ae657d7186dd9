"""Contracts of an OC4IDS project: what was signed, what was changed, what was paid."""

from typing import Any

from minsheng.importing.oc4ids_codes import SIGNED
from minsheng.importing.oc4ids_money import currency_of, fen_of
from minsheng.importing.oc4ids_nodes import Node, RepairCode

Values = dict[str, Any]
LONGEST_NAME, LONGEST_REASON = 120, 500
LEFT_OUT = ("tender", "finance", "social", "finalValue")


def contracts(node: Node) -> list[Values]:
    """Return the contracts that name what, with whom, for how much and when; the others are noted."""
    found = []
    seen: set[str] = set()
    for process in node.records("contractingProcesses"):
        identity = process.text("id", 200)
        if identity and identity in seen:
            process.note(RepairCode.DUPLICATE_ITEM, "id", identity)
        seen.add(identity)
        for name in ("releases", "embeddedReleases", "versionedRelease"):
            if process.has(name):
                process.note(RepairCode.NOT_IMPORTED, name)
        summary = process.record("summary")
        if summary is not None and (one := _contract(summary)):
            found.append(one)
    return found


def _contract(summary: Node) -> Values | None:
    subject = summary.text("title", LONGEST_NAME) or summary.text("description", LONGEST_NAME)
    party = "、".join(one.text("name", LONGEST_NAME) for one in summary.records("suppliers") if one.has("name"))
    amount = fen_of(summary, "contractValue")
    signed = _signed(summary)
    for name in LEFT_OUT:
        if summary.has(name):
            summary.note(RepairCode.NOT_IMPORTED, name)
    if not subject or not party or amount is None or signed is None:
        lacking = {"title": subject, "suppliers": party, "contractValue": amount is not None, "dateSigned": signed}
        summary.note(RepairCode.INCOMPLETE, "", "、".join(name for name, is_there in lacking.items() if not is_there))
        return None
    currency = currency_of(summary, "contractValue")
    return {
        "subject": subject,
        "party": party[:LONGEST_NAME],
        "amount_fen": amount,
        "signed_on": signed,
        "payments": _payments(summary, currency),
        "changes": _changes(summary, currency),
    }


def _signed(summary: Node) -> str | None:
    """Return the day of signing: of the milestone this site writes, or what other programs write."""
    days = [one.day("dateMet") for one in summary.records("milestones") if one.values.get("id") == SIGNED]
    day = days[0] if days else summary.day("dateSigned")
    return day.isoformat() if day else None


def _payments(summary: Node, currency: str) -> list[Values]:
    found = []
    for one in summary.records("transactions"):
        day, fen = one.day("date"), fen_of(one, "value", currency, may_be_negative=True)
        if day is None or not fen:
            one.note(RepairCode.INCOMPLETE, "", one.values.get("id"))
        else:
            found.append({"paid_on": day.isoformat(), "amount_fen": fen})
    return found


def _changes(summary: Node, currency: str) -> list[Values]:
    """Return the changes; the amount of each is what the contract was worth after it less what it was before."""
    found = []
    for one in summary.records("modifications"):
        day = one.day("date")
        reason = one.text("rationale", LONGEST_REASON) or one.text("description", LONGEST_REASON)
        before = fen_of(one, "oldContractValue", currency, may_be_negative=True)
        after = fen_of(one, "newContractValue", currency, may_be_negative=True)
        has_values = one.has("oldContractValue") or one.has("newContractValue")
        if day is None or not reason or (has_values and (before is None or after is None)):
            one.note(RepairCode.INCOMPLETE, "", one.values.get("id"))
        else:
            found.append({"changed_on": day.isoformat(), "amount_fen": (after or 0) - (before or 0), "reason": reason})
    return found
