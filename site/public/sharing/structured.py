"""What search engines and other programs read of a page: schema.org as JSON-LD, safe inside a page."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from pages import formats
from pages.addresses import absolute
from pages.installation import site_settings
from pages.language import gettext as _
from pages.language import html_lang, plain_record_text, plain_text_of, site_title
from public.presenting import place_name

CONTEXT = "https://schema.org"
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def script(data: Mapping[str, Any]) -> Markup:
    """Return data as a block that browsers do not run; no text in it can end the block or start another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(text))  # noqa: S704 - escaped above


def site() -> dict[str, Any]:
    """Return who this is and how to search it."""
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": site_title(),
        "url": absolute("public.home.index"),
        "inLanguage": html_lang(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": absolute("public.search.index") + "?q={search_term_string}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumb(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the way from the home page to here; ``steps`` are names with whole addresses."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(steps, 1)
        ],
    }


def project(record: Project, as_of: str) -> list[dict[str, Any]]:
    """Return an own project as a service of its agency, a compiled one as a page about it, and the way to it."""
    address = absolute("public.projects.show", slug=record.slug)
    title, programme = plain_text_of(record, "title"), record.programme
    about: dict[str, Any] = {
        "@context": CONTEXT,
        "@id": f"{address}#project",
        "name": title,
        "url": address,
    }
    if record.summary:
        about["description"] = plain_text_of(record, "summary")
    if record.is_compiled:
        about["@type"] = "CreativeWork"
        about["isBasedOn"] = _without_empty(
            {"@type": "CreativeWork", "name": record.source_title, "url": record.linkable_source_url}
        )
        if record.division:
            about["spatialCoverage"] = _place(record.division)
    else:
        about["@type"] = "GovernmentService"
        about["serviceType"] = plain_text_of(programme, "title")
        if record.division:
            about["areaServed"] = _place(record.division)
        if record.agency:
            about["provider"] = _agency(record.agency)
    page = _without_empty(
        {
            "@context": CONTEXT,
            "@type": "WebPage",
            "@id": address,
            "url": address,
            "name": title,
            "inLanguage": html_lang(),
            "datePublished": formats.iso(record.published_at) if record.published_at else None,
            "temporalCoverage": as_of,
            "mainEntity": {"@id": f"{address}#project"},
        }
    )
    steps = [
        (_("首页"), absolute("public.home.index")),
        (plain_text_of(programme, "title"), absolute("public.programmes.show", slug=programme.slug)),
        (title, address),
    ]
    return [page, about, breadcrumb(steps)]


def programme(record: Programme) -> list[dict[str, Any]]:
    """Return a year's list as a collection, and the way to it."""
    address, title = absolute("public.programmes.show", slug=record.slug), plain_text_of(record, "title")
    page = _without_empty(
        {
            "@context": CONTEXT,
            "@type": "CollectionPage",
            "name": title,
            "url": address,
            "inLanguage": html_lang(),
            "description": plain_text_of(record, "summary"),
            "temporalCoverage": str(record.year) if record.year else None,
            "spatialCoverage": _place(record.division) if record.division else None,
        }
    )
    steps = [
        (_("首页"), absolute("public.home.index")),
        (_("民生工程"), absolute("public.programmes.index")),
        (title, address),
    ]
    return [page, breadcrumb(steps)]


def place(record: Division) -> list[dict[str, Any]]:
    """Return a place, and the way to it."""
    steps = [(_("首页"), absolute("public.home.index"))] + [
        (plain_text_of(step, "name"), absolute("public.places.show", code=step.code)) for step in record.chain
    ]
    return [{"@context": CONTEXT, **_place(record)}, breadcrumb(steps)]


def agency(record: Agency) -> list[dict[str, Any]]:
    """Return an agency with its desk, and the way to it."""
    steps = [
        (_("首页"), absolute("public.home.index")),
        (_("责任单位"), absolute("public.agencies.index")),
        (plain_text_of(record, "name"), absolute("public.agencies.show", slug=record.slug)),
    ]
    return [{"@context": CONTEXT, **_agency(record)}, breadcrumb(steps)]


def dataset() -> list[dict[str, Any]]:
    """Return the open data as a data set with its files."""
    address = absolute("public.opendata.index")
    return [
        {
            "@context": CONTEXT,
            "@type": "Dataset",
            "name": _("民生项目开放数据"),
            "description": _(
                "本站公示的全部项目：地点、责任单位、目标、资金、进度和来源，可以整份下载，随公示即时更新。"
            ),
            "url": address,
            "inLanguage": "zh-Hans",
            "isAccessibleForFree": True,
            "creator": {"@type": "Organization", "name": site_title(), "url": absolute("public.home.index")},
            **({"license": site_settings().data_licence_url} if site_settings().data_licence_url else {}),
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": absolute(endpoint)}
                for kind, endpoint in (
                    ("text/csv", "public.opendata.projects_csv"),
                    ("application/json", "public.opendata.projects_json"),
                    ("application/json", "public.oc4ids.everything"),
                    ("application/x-ndjson", "public.changes.journal"),
                )
            ],
        },
        breadcrumb([(_("首页"), absolute("public.home.index")), (_("开放数据"), address)]),
    ]


def _place(record: Division) -> dict[str, Any]:
    return {
        "@type": "AdministrativeArea",
        "name": plain_record_text(place_name(record)),
        "identifier": record.code,
        "url": absolute("public.places.show", code=record.code),
    }


def _agency(record: Agency) -> dict[str, Any]:
    return _without_empty(
        {
            "@type": "GovernmentOrganization",
            "name": plain_text_of(record, "name"),
            "url": absolute("public.agencies.show", slug=record.slug),
            "telephone": record.desk_phone,
            "address": plain_record_text(record.desk_address),
        }
    )


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not published: an empty value would say that there is none."""
    return {name: value for name, value in data.items() if value is not None and value != ""}
