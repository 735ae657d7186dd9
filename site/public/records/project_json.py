"""Everything public about one project in plain JSON values: money in fen, percentages and quantities as text."""

from typing import Any

from minsheng.pictures.photos import Photo
from minsheng.records.documents import Document
from minsheng.records.projects import Project


def whole(project: Project) -> dict[str, Any]:
    """Return a project, loaded for its page, with all its public records."""
    return {
        "project": project.snapshot() | _position(project),
        "programme": project.programme.snapshot(),
        "reports": [report.snapshot() for report in project.published_reports],
        "contracts": [contract.snapshot() for contract in project.contracts],
        "safeguards": [safeguard.snapshot() for safeguard in project.safeguards],
        "reviews": [review.snapshot() for review in project.reviews],
        "eligibility_steps": [step.snapshot() for step in project.eligibility_steps],
        "payment_batches": [batch.snapshot() for batch in project.payment_batches],
        "after_care": project.after_care.snapshot() if project.after_care else None,
        "monitor_reports": [
            report.snapshot() for monitor in project.monitors for report in monitor.reports if report.is_public
        ],
        "problems": [problem.snapshot() for problem in project.problems],
        "look_backs": [lookback.snapshot() for lookback in project.lookbacks],
        "documents": [_document(document) for document in project.documents if document.is_open],
        "photos": [_photo(photo) for photo in project.photos if photo.is_visible_to_residents],
    }


def _position(project: Project) -> dict[str, str | None]:
    return {
        "latitude": None if project.latitude is None else str(project.latitude),
        "longitude": None if project.longitude is None else str(project.longitude),
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "kind": document.kind.value,
        "title": document.title,
        "dated": document.dated.isoformat() if document.dated else None,
        "media_type": document.media_type,
        "size_bytes": document.size,
    }


def _photo(photo: Photo) -> dict[str, Any]:
    return {
        "key": photo.key,
        "phase": photo.phase.value,
        "taken_on": photo.taken_on.isoformat() if photo.taken_on else None,
        "caption": photo.caption,
        "alt_text": photo.alt_text,
        "is_drawing": photo.is_drawing,
        "by_monitor": photo.monitor_report_id is not None,
    }
