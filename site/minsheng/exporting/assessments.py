"""An assessment as a package: its tables, the survey's own package, and the program that recomputes both."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from minsheng import opinion
from minsheng.opinion.recompute_assessment import (
    opinion_table,
    points_table,
    recognition_table,
    seats_table,
    sheet_table,
)
from minsheng.surveying.assessment_tables import AssessmentTables
from minsheng.surveying.assessments import Assessment
from minsheng.version import VERSION

CODE = Path(opinion.__file__).resolve().parent
_MOMENT = (1980, 1, 1, 0, 0, 0)
SURVEY = "survey/"


def assessment_package(assessment: Assessment, tables: AssessmentTables, survey: bytes) -> bytes:
    """Return the package: the same bytes for the same assessment. ``survey`` is the survey's public package."""
    scheme = assessment.scheme.scheme
    points = {row.division: row.points for row in tables.sheet}
    groups = {place.code: place.parent.code for place in tables.places if place.parent is not None}
    files: dict[str, bytes] = {
        "scheme.toml": scheme.text.encode(),
        "points.csv": points_table(points).encode(),
        "seats.csv": seats_table(groups, assessment.seats).encode(),
        "sheet.csv": sheet_table(tables.sheet).encode(),
        "opinion.csv": opinion_table(list(tables.opinion.values())).encode(),
        "recognition.csv": recognition_table(tables.recognitions).encode(),
        "recompute.py": (CODE / "recompute_assessment.py").read_bytes(),
    }
    if survey:
        with zipfile.ZipFile(io.BytesIO(survey)) as archive:
            files |= {f"{SURVEY}{name}": archive.read(name) for name in archive.namelist()}
    # The arithmetic stands beside the tables, also where there is no survey.
    for path in sorted(CODE.glob("*.py")):
        files[f"minsheng/opinion/{path.name}"] = path.read_bytes()
    for name in ("__init__.py", "errors.py"):
        files[f"minsheng/{name}"] = (CODE.parent / name).read_bytes()
    return _zip(assessment, files)


def _zip(assessment: Assessment, files: Mapping[str, bytes]) -> bytes:
    manifest = {
        "format": "minsheng-assessment-package/1",
        "assessment": assessment.slug,
        "year": assessment.year,
        "software": {"name": "minsheng", "version": VERSION, "python": ">=3.11"},
        "scheme": assessment.scheme.content_hash,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in sorted({**files, "manifest.json": text.encode()}.items()):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content)
    return held.getvalue()
