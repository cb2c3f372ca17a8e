"""chspay for Python programs: one key, plain dictionaries in and out, refusals as exceptions.

    from chspay_client import Client, Refused

    with Client("http://127.0.0.1:8080", "cp_…") as chspay:
        told = chspay.submit_list({"case_id": "ZY1", "hospital_code": "H99010100001", …})
        for row in chspay.each("lists", hospital_code="H99010100001"):
            …

Money is text in yuan (``"1234.50"``) and points are text, as on the wire: nothing passes a float. It needs
httpx and nothing else of chspay.
"""

from chspay_client.client import Client
from chspay_client.errors import ChspayError, Denied, NotFound, Refused, Unavailable
from chspay_client.webhooks import WebhookRefused, verify_webhook

__all__ = [
    "ChspayError",
    "Client",
    "Denied",
    "NotFound",
    "Refused",
    "Unavailable",
    "WebhookRefused",
    "verify_webhook",
]
