"""What a delegate chooses travels in a body: an address is written into every log on its way."""

from __future__ import annotations

from chspay_gateway.rest.negotiations import router
from chspay_gateway.session import ASKING


def test_no_address_of_negotiation_carries_a_choice():
    """A secret ballot would be secret from everybody but the logs."""
    asked = {
        parameter.name: route.path for route in router.routes for parameter in route.dependant.query_params
    }
    assert not asked.keys() & {"choice", "nonce", "signature"}, asked


def test_a_ballot_is_asked_for_by_a_post_that_changes_nothing():
    """Asking for the bytes to sign needs no right to write and no number of its own."""
    path = "/api/v1/negotiations/{topic_id}/ballot-paper"
    assert {method for route in router.routes if route.path == path for method in route.methods} == {"POST"}
    assert path in ASKING
