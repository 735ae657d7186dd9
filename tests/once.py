"""What every test needs and only the first has to make: empty tables, compiled routes.

Nothing here changes what a test meets, only how long it waits for it.
"""

import atexit
import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from werkzeug.routing import Rule

from minsheng.database import Base

_compile_builder = Rule._compile_builder
_builders: dict[object, Callable[..., tuple[str, str]]] = {}


def keep_compiled_routes() -> None:
    """Compile the address of each route once for a whole run, though each test has an application of its own.

    What Werkzeug compiles depends on nothing but the parts of the rule; it is two thirds of making an application.
    """
    Rule._compile_builder = _kept_builder  # type: ignore[method-assign, assignment]  # the same function, remembered


def _kept_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


@functools.cache
def _empty_database(tables: int) -> Path:
    """Make a SQLite file with these many tables, all there are, and return where it is until the run ends."""
    folder = Path(tempfile.mkdtemp(prefix="minsheng-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    engine = sa.create_engine(f"sqlite:///{folder / f'{tables}.sqlite'}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return folder / f"{tables}.sqlite"


def make_tables(engine: sa.Engine) -> None:
    """Give a database all tables: a new SQLite file is copied, any other is created table by table."""
    path = Path(str(engine.url.database))
    if engine.dialect.name == "sqlite" and not path.exists():
        shutil.copyfile(_empty_database(len(Base.metadata.tables)), path)
    else:
        Base.metadata.create_all(engine)
