"""The staff's face: one module per noun, closed by default."""

from flask import Blueprint
from sqlalchemy.orm.exc import StaleDataError

from admin import (
    access,
    account,
    assessments,
    boards,
    calls,
    case_entry,
    case_import,
    case_photos,
    case_sheets,
    case_words,
    content,
    desk,
    documents,
    invitations,
    journal,
    monitors,
    navigation,
    passkeys,
    photos,
    projects,
    proposals,
    publishing,
    reports,
    schemes,
    search,
    second_factor,
    settings,
    staff,
    suggestions,
    survey_exports,
    surveys,
    translations,
)

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
for module in (
    account,
    second_factor,
    passkeys,
    invitations,
    desk,
    projects,
    proposals,
    reports,
    publishing,
    boards,
    documents,
    photos,
    suggestions,
    case_entry,
    case_import,
    case_photos,
    case_sheets,
    case_words,
    calls,
    monitors,
    surveys,
    survey_exports,
    assessments,
    schemes,
    journal,
    search,
    staff,
    content,
    settings,
    translations,
):
    blueprint.register_blueprint(module.blueprint)
blueprint.before_request(access.guard)
blueprint.register_error_handler(StaleDataError, access.written_meanwhile)
blueprint.context_processor(navigation.names)
