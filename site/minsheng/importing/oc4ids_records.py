"""One project of an OC4IDS file, read into the values of this site's records, with every repair noted.

The result holds JSON values only, in the form :mod:`minsheng.records.parts` takes them, so that it can be kept
between the
preview and the writing.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from minsheng.database import SCALE
from minsheng.importing import oc4ids_contracts, oc4ids_figures
from minsheng.importing.oc4ids_codes import (
    ANNUAL_PLAN,
    CATEGORY_SCHEME,
    KIND_SCHEME,
    PLACE_SCHEME,
    PROGRAMME_SCHEME,
    SCHEMES,
    STAGE_OF_STATUS,
    STAGE_SCHEME,
    TOTAL_INVESTMENT,
    TYPES,
    category_of,
)
from minsheng.importing.oc4ids_files import Found
from minsheng.importing.oc4ids_money import currency_of, fen_of
from minsheng.importing.oc4ids_nodes import Node, RepairCode, Repairs
from minsheng.records.projects import Category, ProjectKind, ResponsibilityRole, Stage

Values = dict[str, Any]
LONGEST_TITLE, LONGEST_TEXT, LONGEST_PLACE, LONGEST_NAME = 200, 5_000, 200, 120
KEPT_ID = 64
READ = frozenset(
    {
        "id",
        "updated",
        "language",
        "identifiers",
        "publicAuthority",
        "title",
        "description",
        "purpose",
        "status",
        "type",
        "period",
        "implementationPeriod",
        "sector",
        "additionalClassifications",
        "locations",
        "budget",
        "parties",
        "forecasts",
        "metrics",
        "milestones",
        "contractingProcesses",
        "completion",
        "qualityStandard",
    }
)
LINKS = frozenset({"documents"})


@dataclasses.dataclass
class ReadProject:
    """What a file says of one project. ``values`` are columns of the project, the lists those of its parts.

    ``identifiers`` are ``[scheme, id]``. ``observed`` is what was reported: by month, of each figure or target (by its
    place in ``indicators``). ``digest`` is the SHA-256 of what the file says, so that the same said twice is known.
    """

    path: str
    id: str = ""
    digest: str = ""
    title: str = ""
    identifiers: list[list[str]] = dataclasses.field(default_factory=list)
    values: Values = dataclasses.field(default_factory=dict)
    stage: str = Stage.PROPOSED.value
    stage_reason: str = ""
    authority: str = ""
    place_codes: list[str] = dataclasses.field(default_factory=list)
    programme: str = ""
    responsibilities: list[Values] = dataclasses.field(default_factory=list)
    indicators: list[Values] = dataclasses.field(default_factory=list)
    funding_lines: list[Values] = dataclasses.field(default_factory=list)
    milestones: list[Values] = dataclasses.field(default_factory=list)
    contracts: list[Values] = dataclasses.field(default_factory=list)
    observed: list[Values] = dataclasses.field(default_factory=list)

    @property
    def external_id(self) -> str:
        """The identifier as it is kept: one that is too long by its SHA-256."""
        return self.id if len(self.id) <= KEPT_ID else hashlib.sha256(self.id.encode()).hexdigest()


def read_project(found: Found, repairs: Repairs) -> ReadProject | None:
    """Return what one element of a file says, or None (noted) where it is no object at all."""
    if not isinstance(found.value, Mapping):
        repairs.note(RepairCode.WRONG_TYPE, found.path, found.value)
        return None
    node = Node(found.value, found.path, repairs)
    classified = _classifications(node)
    record = ReadProject(found.path, id=node.text("id", 500), digest=_digest(found.value))
    if not record.id:
        node.note(RepairCode.NO_ID, "id")
    record.identifiers = [[one.text("scheme", 500), one.text("id", 500)] for one in node.records("identifiers")]
    record.title = record.values["title"] = _title(node, record.id)
    record.values |= _texts(node) | _period(node) | _actual(node)
    record.values["kind"] = _kind(node, classified).value
    record.values["category"] = _category(node, classified).value
    record.stage, record.stage_reason = _stage(node, classified)
    record.programme = classified.get(PROGRAMME_SCHEME, ("", ""))[0]
    _place(node, record)
    _people(node, record)
    _budget(node, record)
    if record.values["kind"] == ProjectKind.WORKS.value:
        record.milestones = oc4ids_figures.milestones(node)
    elif node.has("milestones"):
        node.note(RepairCode.NOT_IMPORTED, "milestones")
    record.indicators, record.observed = oc4ids_figures.targets(node)
    record.contracts = oc4ids_contracts.contracts(node)
    _note_what_is_left(node)
    return record


def _digest(value: object) -> str:
    return hashlib.sha256(repr(_sorted(value)).encode("utf-8", "backslashreplace")).hexdigest()


def _sorted(value: object) -> object:
    if isinstance(value, Mapping):
        return sorted((str(name), _sorted(one)) for name, one in value.items())
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _note_what_is_left(node: Node) -> None:
    """Note every member that says something this site does not take: one line each."""
    for name in node.values:
        if name not in READ and node.has(name):
            is_list = isinstance(node.values[name], list)
            code = RepairCode.LINKS_ONLY if name in LINKS else RepairCode.NOT_IMPORTED
            node.note(code, name, node.values[name] if is_list else None)


def _title(node: Node, identity: str) -> str:
    title = node.text("title", LONGEST_TITLE)
    if title:
        return " ".join(title.split())
    for name in ("description", "purpose"):
        if instead := Node(node.values, node.path, Repairs()).text(name, LONGEST_TITLE):
            node.note(RepairCode.TITLE_FROM_ELSEWHERE, "title", name)
            return " ".join(instead.split())
    if identity:
        node.note(RepairCode.TITLE_FROM_ELSEWHERE, "title", "id")
    return identity[:LONGEST_TITLE]


def _texts(node: Node) -> Values:
    """Return description and purpose as one summary, and the standard of quality."""
    said = [node.text(name, LONGEST_TEXT // 2 - 1) for name in ("description", "purpose")]
    summary = "\n".join(dict.fromkeys(one for one in said if one))
    return {"summary": summary, "quality_standard": node.text("qualityStandard", LONGEST_TEXT)}


def _period(node: Node) -> Values:
    """Return the planned days; an end before its start keeps both out."""
    period = node.record("period")
    if period is None:
        return {}
    start, end = period.day("startDate"), period.day("endDate")
    if start and end and end < start:
        period.note(RepairCode.DATES_OUT_OF_ORDER, "endDate", f"{start} – {end}")
        return {}
    return _days(planned_start=start, planned_finish=end)


def _actual(node: Node) -> Values:
    """Return the days on which work began and ended."""
    period, completion = node.record("implementationPeriod"), node.record("completion")
    start = period.day("startDate") if period else None
    end = period.day("endDate") if period and period.has("endDate") else None
    if completion is not None:
        completed = completion.day("endDate")
        end = end or completed
        for name in ("finalValue", "finalScope"):
            if completion.has(name):
                completion.note(RepairCode.NOT_IMPORTED, name)
    if start and end and end < start:
        node.note(RepairCode.DATES_OUT_OF_ORDER, "implementationPeriod", f"{start} – {end}")
        return {}
    return _days(actual_start=start, actual_finish=end)


def _days(**days: dt.date | None) -> Values:
    return {name: day.isoformat() for name, day in days.items() if day is not None}


def _classifications(node: Node) -> dict[str, tuple[str, str]]:
    """Return identifier and words by scheme, of the schemes of this site; others are noted."""
    found: dict[str, tuple[str, str]] = {}
    for one in node.records("additionalClassifications"):
        scheme = one.text("scheme", 200)
        if scheme in SCHEMES:
            found[scheme] = (one.text("id", 200), one.text("description", 500))
        else:
            one.note(RepairCode.NOT_IMPORTED, "", scheme)
    return found


def _kind(node: Node, classified: Mapping[str, tuple[str, str]]) -> ProjectKind:
    node.choice("type", dict.fromkeys(TYPES, ProjectKind.WORKS))
    kind = classified.get(KIND_SCHEME, ("", ""))[0]
    return ProjectKind(kind) if kind in set(ProjectKind) else ProjectKind.WORKS


def _category(node: Node, classified: Mapping[str, tuple[str, str]]) -> Category:
    sectors = node.words("sector")
    own = classified.get(CATEGORY_SCHEME, ("", ""))[0]
    if own in set(Category):
        return Category(own)
    for sector in sectors:
        if category := category_of(sector):
            return category
    if sectors:
        node.note(RepairCode.UNKNOWN_CODE, "sector", ", ".join(sectors))
    return Category.OTHER


def _stage(node: Node, classified: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    status = node.choice("status", STAGE_OF_STATUS)
    if status is Stage.AFTER_CARE:
        node.note(RepairCode.APPROXIMATE, "status", node.values.get("status"))
    own, said = classified.get(STAGE_SCHEME, ("", ""))
    stage = Stage(own) if own in set(Stage) else status or Stage.PROPOSED
    if stage not in {Stage.SUSPENDED, Stage.CANCELLED}:
        return stage.value, ""
    return stage.value, said or "导入的文件没有写原因"


def _place(node: Node, record: ReadProject) -> None:
    """Take the first place that says something; its codes are looked up when it is written."""
    places = node.records("locations")
    for count, one in enumerate(places):
        gazetteer = one.record("gazetteer")
        if gazetteer is not None and gazetteer.text("scheme", 40) == PLACE_SCHEME:
            record.place_codes += gazetteer.words("identifiers")
        if count == 0:
            address = one.record("address")
            plain = one.text("description", LONGEST_PLACE)
            street = address.text("streetAddress", LONGEST_PLACE) if address else ""
            if plain or street:
                record.values["location"] = plain or street
            record.values |= _point(one)
    if len(places) > 1:
        node.repairs.note(RepairCode.NOT_IMPORTED, f"{node.at('locations')}[1…]", len(places) - 1)


def _point(place: Node) -> Values:
    """Return latitude and longitude; a pair that only fits the other way round is turned."""
    geometry = place.record("geometry")
    if geometry is None or not geometry.has("coordinates"):
        return {}
    pair = geometry.values.get("coordinates")
    if geometry.values.get("type", "Point") != "Point" or not isinstance(pair, list) or len(pair) < 2:
        geometry.note(RepairCode.BAD_COORDINATES, "coordinates", geometry.values.get("type"))
        return {}
    numbers = Node({"0": pair[0], "1": pair[1]}, geometry.at("coordinates"), geometry.repairs)
    longitude, latitude = numbers.number("0"), numbers.number("1")
    if longitude is None or latitude is None:
        return {}
    if abs(latitude) > 90 >= abs(longitude):
        geometry.note(RepairCode.SWAPPED, "coordinates", f"{longitude}, {latitude}")
        longitude, latitude = latitude, longitude
    if abs(latitude) > 90 or abs(longitude) > 180:
        geometry.note(RepairCode.BAD_COORDINATES, "coordinates", f"{longitude}, {latitude}")
        return {}
    rounded = round(latitude, SCALE), round(longitude, SCALE)
    if rounded != (latitude, longitude):
        geometry.note(RepairCode.COORDINATES_ROUNDED, "coordinates", f"{longitude}, {latitude}")
    return {"latitude": plain(rounded[0]), "longitude": plain(rounded[1])}


def plain(number: Decimal) -> str:
    """Return a decimal as text without an exponent."""
    return format(number.normalize(), "f")


def _people(node: Node, record: ReadProject) -> None:
    """Take the authority's name and the posts that answer; contact data and names of people are never read."""
    authority = node.record("publicAuthority")
    if authority is not None:
        record.authority = authority.text("name", LONGEST_NAME)
        if authority.has("contactPoint"):
            authority.note(RepairCode.PERSONAL_DATA, "contactPoint")
    for party in node.records("parties"):
        is_authority = "publicAuthority" in party.words("roles")
        if is_authority:
            record.authority = record.authority or party.text("name", LONGEST_NAME)
            record.responsibilities += _posts(party.records("people"))
        if party.has("contactPoint") or party.has("beneficialOwners") or (party.has("people") and not is_authority):
            party.note(RepairCode.PERSONAL_DATA)


def _posts(people: Iterable[Node]) -> list[Values]:
    roles = {role.value: role for role in ResponsibilityRole}
    found = []
    for one in people:
        role = roles.get(one.text("id", LONGEST_NAME).rpartition("-")[0])
        post = one.text("jobTitle", LONGEST_NAME)
        if role is not None and post:
            found.append({"role": role.value, "post": post})
        if role is None or any(one.has(name) for name in ("name", "email", "telephone", "address")):
            one.note(RepairCode.PERSONAL_DATA)
    return found


def _budget(node: Node, record: ReadProject) -> None:
    """Take the whole investment, the plan of the year, and who gives how much."""
    budget = node.record("budget")
    if budget is None:
        return
    currency = currency_of(budget, "amount")
    amount = fen_of(budget, "amount")
    groups = {one.text("id", 200): one for one in budget.records("budgetBreakdowns")}
    known = {name: groups[name] for name in (TOTAL_INVESTMENT, ANNUAL_PLAN) if name in groups}
    for name, column in ((TOTAL_INVESTMENT, "total_investment_fen"), (ANNUAL_PLAN, "planned_investment_fen")):
        lines = known[name].records("budgetBreakdown") if name in known else []
        fen = fen_of(lines[0], "amount", currency) if lines else None
        if fen is not None:
            record.values[column] = fen
    if not known and amount is not None:
        record.values["total_investment_fen"] = amount
    for name, group in groups.items():
        if name not in known:
            record.funding_lines += oc4ids_figures.funding_lines(group, name, currency)
    if budget.has("budgetBreakdown"):
        budget.note(RepairCode.OLD_FORM, "budgetBreakdown")
        record.funding_lines += oc4ids_figures.funding_lines(budget, "", currency)
    for name in ("finance", "requestDate", "approvalDate"):
        if budget.has(name):
            budget.note(RepairCode.NOT_IMPORTED, name)
