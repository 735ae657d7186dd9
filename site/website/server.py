"""The production server: Granian, with its threads set, since its default number of threads makes slow tails."""

import contextlib
import os
import socket

from granian import Granian
from granian.constants import Interfaces

THREADS = 4


class CannotListenError(Exception):
    """This address cannot be listened at, most often because another program does."""


def insist_on_free(host: str, port: int) -> None:
    """Raise ``CannotListenError`` where somebody listens already, or where the system forbids it.

    Server processes share their port on purpose, so the system lets a second site join the first: readers would
    then meet now one, now the other.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotListenError(f"{host}:{port}") from error


def run_server(host: str, port: int, application: str = "website.wsgi:app") -> None:
    """Serve until interrupted. ``MINSHENG_WORKERS`` sets the number of processes, one by default."""
    Granian(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("MINSHENG_WORKERS", "1")),
        blocking_threads=THREADS,
        backpressure=256,
        log_access=False,
        websockets=False,
    ).serve()
