"""A second site on an address that is taken."""

import socket

import pytest

from website.server import CannotListenError, insist_on_free


def test_a_second_site_never_shares_the_first_ones_port() -> None:
    """Server processes open their port for sharing, so that without a look beforehand both would answer."""
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        first.bind(("127.0.0.1", 0))
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(CannotListenError, match=str(port)):
            insist_on_free("127.0.0.1", port)
    insist_on_free("127.0.0.1", port)
