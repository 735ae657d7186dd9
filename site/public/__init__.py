"""The residents' face: one module per noun."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from public import about, home, layout, moved, my_place, page_head, presenting, search, wellknown
from public.casework import case_erasure, case_statistics, suggestions
from public.editorial import change_words, changes, content
from public.mailing import feeds, follow_links, subscriptions
from public.oversight import bulletins, common_problems, inspections, summonses
from public.participation import calls, monitoring
from public.progress import briefing, comparison, laggards, positions
from public.records import (
    agencies,
    boards,
    documents,
    galleries,
    photos,
    places,
    programme_data,
    programmes,
    project_files,
    projects,
)
from public.sharing import cards, embeds, oc4ids, opendata, share
from public.surveying import assessments, invites, schemes, survey_results, surveys

blueprint = Blueprint("public", __name__, template_folder="templates")
for module in (
    home,
    my_place,
    projects,
    project_files,
    programmes,
    programme_data,
    comparison,
    bulletins,
    summonses,
    briefing,
    laggards,
    inspections,
    common_problems,
    positions,
    places,
    agencies,
    suggestions,
    case_statistics,
    calls,
    monitoring,
    surveys,
    invites,
    survey_results,
    schemes,
    assessments,
    case_erasure,
    search,
    photos,
    galleries,
    documents,
    changes,
    opendata,
    oc4ids,
    about,
    content,
    boards,
    cards,
    embeds,
    wellknown,
    feeds,
    subscriptions,
):
    blueprint.register_blueprint(module.blueprint)

blueprint.app_context_processor(layout.names)
FILTERS: dict[str, Callable[..., Any]] = {
    "tenth": presenting.tenth,
    "place_name": presenting.place_name,
    "printed_date": presenting.printed_date,
    "published_totals": presenting.published_totals,
    "change_act": change_words.act_words,
    "change_actor": change_words.actor_words,
    "change_month": change_words.month_of,
    "change_reason": change_words.reason_of,
    "change_one_person": change_words.is_by_one_person,
    "change_fields": change_words.changed_fields,
}
for name, function in FILTERS.items():
    blueprint.add_app_template_filter(function, name)
blueprint.add_app_template_global(layout.is_there, "has_page")
blueprint.add_app_template_global(content.latest_news)
blueprint.add_app_template_global(photos.photo_url)
blueprint.add_app_template_global(photos.photo_srcset)
blueprint.add_app_template_global(documents.document_url)
blueprint.add_app_template_global(follow_links.follow_links)
blueprint.add_app_template_global(page_head.canonical_url)
blueprint.add_app_template_global(page_head.card_url)
blueprint.add_app_template_global(page_head.oembed_url)
blueprint.add_app_template_global(page_head.structured_data)
blueprint.add_app_template_global(page_head.alternates, "page_alternates")
blueprint.add_app_template_global(share.of_project, "share_of_project")
blueprint.add_app_template_global(boards.arrived_at, "board_arrived_at")
blueprint.add_app_template_global(surveys.open_waves_of)
blueprint.add_app_template_global(survey_results.opinion_of)
blueprint.after_request(moved.lead_on)
