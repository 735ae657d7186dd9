"""The staff's face: one module per noun, closed by default."""

from flask import Blueprint
from sqlalchemy.orm.exc import StaleDataError

from admin import access, desk, exports, journal, navigation
from admin.accounts import account, invitations, passkeys, second_factor, staff
from admin.casework import (
    case_entry,
    case_import,
    case_photos,
    case_sheets,
    case_ties,
    case_words,
    quarantine,
    suggestions,
)
from admin.editorial import (
    content,
    proposals,
    publishing,
    remarks,
    report_grid,
    report_keeping,
    reports,
    review_queue,
    translations,
)
from admin.importing import oc4ids, table_import
from admin.installation import first_run, sample_removal, search, settings
from admin.oversight import (
    bulletins,
    calendar,
    common_problems,
    inspections,
    lookbacks,
    problem_cures,
    problems,
    summonses,
    targets,
)
from admin.participation import calls, monitors
from admin.records import boards, documents, photos, projects
from admin.surveying import (
    answer_import,
    assessments,
    board_alarms,
    call_sheets,
    dispositions,
    exclusions,
    paper,
    paper_batches,
    paper_entry,
    population,
    questionnaires,
    questions,
    sample_frames,
    samples,
    schemes,
    survey_exports,
    surveys,
    wave_plans,
    wave_quality,
)

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")
for module in (
    account,
    second_factor,
    passkeys,
    invitations,
    first_run,
    sample_removal,
    desk,
    projects,
    proposals,
    problems,
    problem_cures,
    common_problems,
    lookbacks,
    inspections,
    summonses,
    bulletins,
    calendar,
    targets,
    reports,
    table_import,
    oc4ids,
    review_queue,
    publishing,
    report_keeping,
    report_grid,
    remarks,
    boards,
    documents,
    photos,
    suggestions,
    quarantine,
    case_entry,
    case_import,
    case_photos,
    case_sheets,
    case_ties,
    case_words,
    calls,
    monitors,
    surveys,
    wave_plans,
    population,
    wave_quality,
    board_alarms,
    exclusions,
    dispositions,
    sample_frames,
    samples,
    call_sheets,
    paper,
    paper_entry,
    paper_batches,
    answer_import,
    questionnaires,
    questions,
    survey_exports,
    assessments,
    schemes,
    exports,
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
