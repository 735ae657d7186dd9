"""What to keep an eye on in a place or with an agency: the late, the silent, problems and look-backs."""

from collections.abc import Sequence
from typing import Any

from minsheng.database import db
from minsheng.oversight import ledger
from minsheng.progress.directory import Part
from minsheng.records.scope import Scope
from public import presenting
from public.progress.laggards import rows_of

SHOWN = 6


def of(scope: Scope, parts: Sequence[Part]) -> dict[str, Any]:
    """Return the worst of the late and the silent with how many there are, and the ledgers of a scope.

    The lists run over all own programmes of the scope; sums are not made here.
    """
    late = [each for part in parts for each in part.sums.late]
    silent = [each for part in parts for each in part.sums.silent]
    today = presenting.today()
    return {
        "late": rows_of([each.id for each in late[:SHOWN]]),
        "late_total": len(late),
        "silent": rows_of([each.id for each in silent[:SHOWN]]),
        "silent_total": len(silent),
        "problems": ledger.problems(db.session(), scope, today),
        "look_backs": ledger.look_backs(db.session(), scope, today),
        "today": today,
    }
