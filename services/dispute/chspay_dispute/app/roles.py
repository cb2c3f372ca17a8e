"""In which roles of a machine a caller may act on a docket."""

from __future__ import annotations

from chspay_dispute.store.docket import Row
from chspay_kit.auth import Claim

_OF_DUTY = {
    "secretary": "SECR",
    "administration": "ADMIN",
    "clearing": "SETL",
    "audit": "AUDIT",
}
_OF_LEVEL = {"county": "CNTY", "city": "CITY", "province": "PROV"}


def roles_of(claim: Claim, row: Row) -> frozenset[str]:
    """The roles of a caller; everybody with a name may act as the public.

    The first handler is the county's office; where the institution belongs to the city itself there is no
    county, and the city is its own first handler. Which rows a caller reaches at all is held by the row
    policies.
    """
    found = {"PUB"} if claim.subject else set()
    if claim.role == "service":
        found.add("SYS")
    elif claim.role == "expert":
        found.add("EXPT")
    elif claim.role == "hospital" and row.hospital_code in {"", claim.institution}:
        found.add("HOSP")
    elif claim.role == "bureau" and claim.covers(row.region_code):
        found |= {_OF_DUTY[duty] for duty in claim.duties if duty in _OF_DUTY}
        if "handling" in claim.duties and claim.level in _OF_LEVEL:
            found.add(_OF_LEVEL[claim.level])
            if claim.level == "city" and row.region_code.endswith("00"):
                found.add("CNTY")
    return frozenset(found)
