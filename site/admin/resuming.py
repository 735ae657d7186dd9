"""Forms that show again what was sent after the sign-in had run out.

A view that :func:`resumes` says how its form keeps what was typed; after signing in again the form is opened with it.
Other forms are sent on by a button, see ``admin/account/resume.html``.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from flask import current_app
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
Keeper = Callable[..., None]
"""Takes the names and values that were sent, and the parts of the address."""


def resumes(keeper: Keeper) -> Callable[[View], View]:
    """State how a view keeps a form that was sent without a valid sign-in."""

    def state(view: View) -> View:
        view.keeps_resumed = keeper  # type: ignore[attr-defined]  # functions take attributes
        return view

    return state


def keeper_of(address: str) -> tuple[Keeper, dict[str, Any]] | None:
    """Return what keeps a form sent to this address of ours and the parts of the address, or None."""
    try:
        endpoint, parts = current_app.url_map.bind("").match(address, method="POST")
    except (HTTPException, RequestRedirect):
        return None
    keeper = getattr(current_app.view_functions[endpoint], "keeps_resumed", None)
    return (cast("Keeper", keeper), dict(parts)) if keeper is not None else None


def keep(address: str, fields: Sequence[tuple[str, str]]) -> bool:
    """Keep a form for the page at its address; return whether that page shows it again.

    Raises what opening the page would raise.
    """
    found = keeper_of(address)
    if found is None:
        return False
    keeper, parts = found
    keeper(list(fields), **parts)
    return True
