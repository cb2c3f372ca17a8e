"""Where a receiver of events may never be: ranges that are routed somewhere although nobody is given them."""

from __future__ import annotations

import pytest

from chspay_core.errors import Fault
from chspay_gateway.webhooks.addresses import check_url


@pytest.mark.parametrize(
    "host",
    [
        "[fec0::1]", "[feff::1]", "[::7f00:1]", "[::a00:8]", "[::ffff:0:a00:8]", "[::ffff:127.0.0.1]",
        "192.88.99.1", "240.0.0.1", "255.255.255.255", "[4000::1]", "[2002:a00:8::1]", "[ff02::1]",
        "[fe80::1%25eth0]",
    ],
)  # fmt: skip
def test_a_range_that_leads_inside_by_another_name_is_refused(host):
    """Old and translated ranges are still routed in some networks: the rules have to know all of them."""
    with pytest.raises(Fault, match="WEBHOOK_URL_BAD"):
        check_url(f"https://{host}/hook", loopback=False)


@pytest.mark.parametrize("host", ["1.1.1.1", "[2400:3200::1]", "example.com"])
def test_a_public_address_is_taken(host):
    """Rules that refuse everything would be easy."""
    assert check_url(f"https://{host}/hook", loopback=False)[2] == 443
