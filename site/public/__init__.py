"""The residents' face: one module per noun."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from public import (
    about,
    agencies,
    change_words,
    changes,
    home,
    documents,
    layout,
    opendata,
    photos,
    places,
    presenting,
    programmes,
    projects,
    search,
    suggestions,
    surveys,
)

blueprint = Blueprint("public", __name__, template_folder="templates")
for module in (
    home,
    projects,
    programmes,
    places,
    agencies,
    suggestions,
    surveys,
    search,
    photos,
    changes,
    documents,
    opendata,
    about,
):
    blueprint.register_blueprint(module.blueprint)

blueprint.app_context_processor(layout.names)
FILTERS: dict[str, Callable[..., Any]] = {
    "tenth": presenting.tenth,
    "place_name": presenting.place_name,
    "printed_date": presenting.printed_date,
    "published_totals": presenting.published_totals,
    "change_act": change_words.act_words,
    "change_month": change_words.month_of,
    "change_reason": change_words.reason_of,
    "change_fields": change_words.changed_fields,
}
for name, function in FILTERS.items():
    blueprint.add_app_template_filter(function, name)
blueprint.add_app_template_global(photos.photo_url)
blueprint.add_app_template_global(photos.photo_srcset)
blueprint.add_app_template_global(documents.document_url)
