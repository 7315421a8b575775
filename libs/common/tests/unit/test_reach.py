"""Where workers do not connect to, whatever a district declares."""

import socket
from ipaddress import ip_network

import pytest

from common.reach import METADATA, is_within, sockets_outside

REFUSED = [ip_network(one) for one in METADATA.split(",")]


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("169.254.169.254", True),
        ("::ffff:169.254.169.254", True),
        ("fe80::1%eth0", True),
        ("fd00:ec2::254", True),
        ("100.100.100.200", True),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("93.184.216.34", False),
        ("2606:2800:220:1::1", False),
    ],
)
def test_what_clouds_tell_their_machines_is_out_of_reach(address: str, refused: bool) -> None:
    assert is_within(address, REFUSED) is refused


def test_no_socket_is_made_for_an_address_in_a_refused_network() -> None:
    make = sockets_outside([ip_network("127.0.0.0/8")])
    with pytest.raises(PermissionError, match="ROSTERBUS_REFUSED_NETWORKS"):
        make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))
    make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80))).close()
