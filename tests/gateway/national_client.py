"""A hospital's client written from the platform's document alone: it imports nothing of ours.

It builds the 18 members, signs headers and body as a province asks, retries, reverses and queries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
from typing import Any

_serial = itertools.count(1)


def msgid(institution: str) -> str:
    """Institution (12), yyyyMMddHHmmss (14), sequence (4)."""
    return institution[:12] + time.strftime("%Y%m%d%H%M%S") + f"{next(_serial) % 10000:04d}"


def envelope(infno: str, institution: str, content: Any, **members: Any) -> dict[str, Any]:
    """The members of a message, in the order the document has them."""
    return {
        "infno": infno,
        "msgid": msgid(institution),
        "mdtrtarea_admvs": "990101",
        "insuplc_admdvs": "990101",
        "recer_sys_code": "01",
        "dev_no": "",
        "dev_safe_info": "",
        "cainfo": "",
        "signtype": "",
        "infver": "1.0.0",
        "opter_type": "1",
        "opter": "0001",
        "opter_name": "经办",
        "inf_time": time.strftime("%Y-%m-%d %H:%M:%S"),
        "fixmedins_code": institution,
        "fixmedins_name": "演示医院",
        "sign_no": "",
        "input": content,
    } | members


def written(message: Any) -> bytes:
    """A message as bytes, as most libraries write it."""
    return json.dumps(message, ensure_ascii=False).encode()


def rio_headers(
    paasid: str, token: str, *, prefix: str = "x-tif-", nonce: str = "", upper: bool = False, at: float = 0
) -> dict[str, str]:
    """Headers of the TIF / Rio gateways."""
    stamp = str(int(at or time.time()))
    nonce = nonce or hashlib.sha256(f"{next(_serial)}{time.time_ns()}".encode()).hexdigest()[:16]
    signature = hashlib.sha256((stamp + token + nonce + stamp).encode()).hexdigest()
    return {
        f"{prefix}paasid": paasid,
        f"{prefix}timestamp": stamp,
        f"{prefix}nonce": nonce,
        f"{prefix}signature": signature.upper() if upper else signature,
    }


def csb_headers(
    access: str, secret: str, infno: str, *, seconds: bool = False, at: float = 0
) -> dict[str, str]:
    """Headers of the CSB gateways."""
    moment = at or time.time()
    values = {
        "_api_access_key": access,
        "_api_name": infno,
        "_api_timestamp": str(int(moment)) if seconds else str(int(moment * 1000)),
        "_api_version": "1.0.0",
    }
    text = "&".join(f"{name}={values[name]}" for name in sorted(values))
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return values | {"_api_signature": base64.b64encode(digest).decode()}
