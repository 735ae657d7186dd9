"""Which rule of the database refused a row, by the name the rule has in the models."""

from sqlalchemy.exc import IntegrityError

REPEATED = "repeated"
IN_USE = "in_use"
_STATES = {"23505": REPEATED, "23503": IN_USE, "23502": IN_USE}
"""The standard's codes for unique and foreign keys, as PostgreSQL reports them; a row that would be left without the
one it hangs on breaks its NOT NULL."""
_WORDS = {
    "UNIQUE constraint failed": REPEATED,
    "FOREIGN KEY constraint failed": IN_USE,
    "NOT NULL constraint failed": IN_USE,
}
"""The same as SQLite words it."""


def violated(error: IntegrityError) -> str:
    """Return ``repeated``, ``in_use``, the name of a check (``ck_table_name``), or ``refused`` where it has none."""
    driver = error.orig
    state = getattr(driver, "sqlstate", None)
    if state in _STATES:
        return _STATES[state]
    text = str(driver)
    for words, code in _WORDS.items():
        if words in text:
            return code
    named = getattr(getattr(driver, "diag", None), "constraint_name", None)
    _, _, after = text.partition("CHECK constraint failed: ")
    return named or after.strip() or "refused"
