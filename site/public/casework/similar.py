"""Published cases like the one somebody is about to send, from the search index and the same project or place."""

from collections.abc import Sequence

import sqlalchemy as sa

from minsheng.casework.cases import CaseState
from minsheng.casework.similar_cases import most_alike
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.outbox import RecordKind
from minsheng.records.places import Division
from minsheng.records.projects import Project
from pages.services import services
from search.engine import Facet, Query
from search.errors import IndexUnavailableError
from search.finding import find

MOST_SEARCHED = 40
WORDS_SEARCHED = 60
"""Letters of the words that the index is asked for: it looks for what is said first."""
MOST_NEAR = 200


def similar_to(words: str, project: Project | None, place: Division | None) -> Sequence[Suggestion]:
    """Return the few public cases that say much the same, the nearest first.

    Ends the transaction first: the index reads in one of its own, which a request that may write would keep waiting.
    """
    db.session.rollback()
    numbers = set(_searched(words))
    near = sa.select(Suggestion.id).where(Suggestion.prominence == "public")
    if project is not None:
        near = near.where(Suggestion.project_id == project.id)
    elif place is not None:
        near = near.where(Suggestion.division_id == place.id)
    numbers |= set(db.session.scalars(near.order_by(Suggestion.id.desc()).limit(MOST_NEAR)))
    cases = Suggestion.visible_to_residents().where(Suggestion.id.in_(numbers), Suggestion.state != CaseState.REFUSED)
    return most_alike(words, db.session.scalars(cases))


def _searched(words: str) -> Sequence[int]:
    """Return the identities of the cases that the index finds, none while it is being built."""
    query = Query(words[:WORDS_SEARCHED], {Facet.KIND: (RecordKind.SUGGESTION.value,)}, limit=MOST_SEARCHED)
    try:
        results = find(db.session(), services().search, query, services().today())
    except IndexUnavailableError:
        return ()
    return [hit.document.record_id for hit in results.hits]
