"""The production server: Granian, with its threads set, since its default number of threads makes slow tails."""

import os

from granian import Granian
from granian.constants import Interfaces

THREADS = 4


def run_server(host: str, port: int) -> None:
    """Serve until interrupted. ``MINSHENG_WORKERS`` sets the number of processes, one by default."""
    Granian(
        "website.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("MINSHENG_WORKERS", "1")),
        blocking_threads=THREADS,
        backpressure=256,
        log_access=False,
        websockets=False,
    ).serve()
