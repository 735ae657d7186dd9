"""Projects in OC4IDS 0.9, the Open Contracting for Infrastructure Data Standard: one, or a package of many.

Only what residents may see leaves, and of people only the posts that answer. ``docs/oc4ids.md`` says how the words of
this site and the codes of the standard go together.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from minsheng.exporting import oc4ids_parts as parts
from minsheng.exporting.oc4ids_parts import Json, moment, whole
from minsheng.importing.oc4ids_codes import (
    CATEGORY_SCHEME,
    CATEGORY_WORDS,
    KIND_SCHEME,
    KIND_WORDS,
    ORIGIN_SCHEME,
    PLACE_SCHEME,
    PROGRAMME_SCHEME,
    SECTOR_OF_CATEGORY,
    STAGE_SCHEME,
    STAGE_WORDS,
    STATUS_OF_STAGE,
    VERSION,
)
from minsheng.records.documents import Document
from minsheng.records.places import DivisionLevel
from minsheng.records.projects import Project

LEAD_UNIT = "lead-unit"
_ABOVE_LOCALITY = (DivisionLevel.PROVINCE,)


@dataclass(frozen=True)
class Publisher:
    """Whose file it is: its name, the site's address without a slash at the end, and where a document is given out.

    ``licence`` is the address of the terms under which the data may be used, empty where none are declared.
    """

    name: str
    address: str
    document_address: Callable[[Document], str]
    licence: str = ""


def project_address(publisher: Publisher, slug: str) -> str:
    """Return the address of a project's page, which is its identifier for everybody else."""
    return f"{publisher.address}/projects/{slug}"


def project(record: Project, publisher: Publisher, as_of: dt.date) -> Json:
    """Return one project, loaded for its page, with its public records as they are on a day."""
    suppliers = _suppliers(record)
    said = {
        "id": project_address(publisher, record.slug),
        "updated": _updated(record),
        "language": parts.LANGUAGE,
        "identifiers": [{"id": record.slug, "scheme": publisher.address}],
        "publicAuthority": _authority(record),
        "title": record.title,
        "description": record.summary,
        "status": STATUS_OF_STAGE[record.stage] if record.stage else None,
        "period": parts.period(record.planned_start, record.planned_finish),
        "implementationPeriod": parts.period(record.actual_start, record.actual_finish),
        "sector": [SECTOR_OF_CATEGORY[record.category]] if record.category in SECTOR_OF_CATEGORY else [],
        "additionalClassifications": _classifications(record),
        "locations": _locations(record),
        "budget": parts.budget(record),
        "parties": _parties(record, suppliers),
        "forecasts": parts.forecasts(record),
        "metrics": parts.metrics(record),
        "milestones": parts.milestones(record, as_of),
        "transactions": parts.transactions(record),
        "documents": _documents(record, publisher),
        "contractingProcesses": _contracts(record, publisher, suppliers),
        "completion": whole({"endDate": moment(record.actual_finish)}),
        "qualityStandard": record.quality_standard,
    }
    return whole(said)


def package(projects: Iterable[Json], publisher: Publisher, address: str, at: dt.datetime) -> Iterator[str]:
    """Yield the text of a package in parts, a project at a time, so that none is held with all others.

    ``address`` is where the package can be fetched, ``at`` the moment of the last change to what is in it.
    """
    head = {
        "uri": address,
        "version": VERSION,
        "publishedDate": at.isoformat(timespec="seconds"),
        "publisher": {"name": publisher.name, "uri": publisher.address},
        "publicationPolicy": f"{publisher.address}/data/",
        **({"license": publisher.licence} if publisher.licence else {}),
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "projects": ['
    before = "\n"
    for one in projects:
        yield before + json.dumps(one, ensure_ascii=False)
        before = ",\n"
    yield "\n]}\n"


def _updated(record: Project) -> str | None:
    """Return when the project, or a report of it, last became public."""
    moments = [record.published_at, *(report.published_at for report in record.published_reports)]
    known = [one for one in moments if one is not None]
    return max(known).isoformat() if known else None


def _authority(record: Project) -> Json | None:
    if record.agency:
        return {"id": record.agency.slug, "name": record.agency.name}
    return {"id": LEAD_UNIT, "name": record.lead_unit_printed} if record.lead_unit_printed else None


def _classifications(record: Project) -> list[Json]:
    """Return the finer words of this site, each under its scheme; the invented county says what it is."""
    origin = "据公开通报整理" if record.is_compiled else "示例县，虚构" if record.is_invented else "本站公示"
    name = "sample" if record.is_invented else record.origin.value
    found = [
        (PROGRAMME_SCHEME, record.programme.slug, record.programme.title),
        (ORIGIN_SCHEME, name, origin),
        (CATEGORY_SCHEME, record.category.value, CATEGORY_WORDS[record.category]),
    ]
    if record.kind:
        found.append((KIND_SCHEME, record.kind.value, KIND_WORDS[record.kind]))
    if record.stage:
        found.append((STAGE_SCHEME, record.stage.value, record.stage_reason or STAGE_WORDS[record.stage]))
    return [{"scheme": scheme, "id": identity, "description": said} for scheme, identity, said in found]


def _locations(record: Project) -> list[Json]:
    place = record.division
    point = None
    if record.latitude is not None and record.longitude is not None:
        point = {"type": "Point", "coordinates": [float(record.longitude), float(record.latitude)]}
    address = {}
    if place is not None:
        names = {one.level: one.name for one in place.chain}
        local = "".join(one.name for one in place.chain if one.level not in _ABOVE_LOCALITY)
        address = whole({"region": names.get(DivisionLevel.PROVINCE, ""), "locality": local, "countryName": "中国"})
    gazetteer = {"scheme": PLACE_SCHEME, "identifiers": [place.code]} if place else None
    said = {"description": record.location, "geometry": point, "gazetteer": gazetteer, "address": address}
    return [{"id": "place", **whole(said)}] if whole(said) else []


def _suppliers(record: Project) -> dict[str, Json]:
    names = dict.fromkeys(one.party for one in record.contracts)
    return {name: {"id": f"supplier-{count}", "name": name} for count, name in enumerate(names, 1)}


def _parties(record: Project, suppliers: dict[str, Json]) -> list[Json]:
    """Return everybody that is referred to, each once; of the agency also the posts that answer, without names."""
    found: list[Json] = []
    authority = _authority(record)
    if authority:
        posts = [{"id": f"{one.role.value}-{one.position}", "jobTitle": one.post} for one in record.responsibilities]
        found.append(whole({**authority, "roles": ["publicAuthority"], "people": posts}))
    funders = {line.source: parts.funder(line) for line in record.funding_lines}
    found += [{**one, "roles": ["funder"]} for one in funders.values()]
    return found + [{**one, "roles": ["supplier"]} for one in suppliers.values()]


def _documents(record: Project, publisher: Publisher) -> list[Json]:
    found = [parts.document(one, publisher.document_address) for one in record.documents if one.is_open]
    page: dict[str, Any] = {
        "id": "page",
        "documentType": "projectScope",
        "title": "项目页面",
        "url": project_address(publisher, record.slug),
        "format": "text/html",
        "language": parts.LANGUAGE,
    }
    notice = {"id": "source", "documentType": "source", "title": record.source_title, "url": record.linkable_source_url}
    return [page, *found, *([whole(notice)] if record.source_title else [])]


def _contracts(record: Project, publisher: Publisher, suppliers: dict[str, Json]) -> list[Json]:
    found = []
    for one in record.contracts:
        shown = [one.document] if one.document is not None and one.document.is_open else []
        documents = [parts.document(each, publisher.document_address) for each in shown]
        found.append(parts.contract(one, suppliers[one.party], documents))
    return found
