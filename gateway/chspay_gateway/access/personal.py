"""Which doors tell of single persons; each reading through them is written down before it is answered."""

from __future__ import annotations

from collections.abc import Mapping

#: Route templates of reads whose answers hold rows of single patients or insured persons.
PATHS = frozenset(
    {
        "/api/v1/attributions/{attribution_id}/communities/{community}/doubts",
        "/api/v1/attributions/{attribution_id}/communities/{community}/visits",
        "/api/v1/attributions/{attribution_id}/persons/{person_key}",
        "/api/v1/clearings/{clearing_id}/replay",
        "/api/v1/decisions",
        "/api/v1/differences",
        "/api/v1/differences/{pool}/preview",
        "/api/v1/disputes",
        "/api/v1/disputes/check",
        "/api/v1/disputes/{case_no}",
        "/api/v1/disputes/{case_no}/attachments/{attachment_id}",
        "/api/v1/disputes/{case_no}/explanation",
        "/api/v1/findings",
        "/api/v1/group-runs/{run_id}/answers",
        "/api/v1/head-findings",
        "/api/v1/lineage",
        "/api/v1/lists",
        "/api/v1/lists/{list_id}",
        "/api/v1/per-diem/pricings",
        "/api/v1/per-diem/pricings/{pricing_id}",
        "/api/v1/persons/{person_key}/contracts",
        "/api/v1/persons/{person_key}/referrals",
        "/api/v1/persons/{person_key}/stays",
        "/api/v1/quality/front-pages",
        "/api/v1/quality/results",
        "/api/v1/reclearings/{reclear_id}",
        "/api/v1/review-queue",
        "/api/v1/reviews/{panel_id}",
        "/api/v1/reviews/{panel_id}/files/{file_id}",
        "/api/v1/runs/{run_id}/cases",
        "/api/v1/runs/{run_id}/explain",
        "/api/v1/runs/{run_id}/held-lists",
        "/api/v1/runs/{run_id}/hospitals/{hospital_code}/cases/{case_id}/route",
        "/api/v1/runs/{run_id}/packages/{hospital_code}",
        "/api/v1/runs/{run_id}/packages/{hospital_code}/proof",
        "/api/v1/runs/{run_id}/routes",
        "/api/v1/sampling/lists",
        "/api/v1/stay-records",
        "/api/v1/waiting-lists",
        "/api/v1/years/{clearing_id}/reclearings",
        "/fhir/Claim/{list_id}",
        "/fhir/ClaimResponse/{list_id}",
        "/fhir/ExplanationOfBenefit/{list_id}",
        "/view/runs/{run_id}/statements/{hospital_code}",
        "/view/runs/{run_id}/worksheet",
    }
)
#: National transactions that answer with a person, a stay or a list.
INFNOS = frozenset(
    {
        "1101",
        "2304",
        "3202",
        "3601",
        "3604",
        "3605",
        "3606",
        "3607",
        "3701",
        "4103",
        "4104",
        "5203",
        "5204",
        "9102",
    }
)
_LONGEST = 64
#: Ids a question may name; other parameters (days, page numbers) say nothing of who was read.
_IDS = frozenset(
    {
        "attachment_id", "attribution_id", "case_id", "case_no", "clearing_id", "community", "file_id",
        "hospital_code", "list_id", "mdtrt_id", "panel_id", "person_key", "pool", "pricing_id", "reclear_id",
        "ref", "run_id", "setl_id",
    }
)  # fmt: skip


def ids_of(path: Mapping[str, object], query: Mapping[str, str], body: object = None) -> str:
    """The ids a request names, as ``name=value`` with blanks between.

    :param body: the JSON of a question that is sent as a body, not checked yet.
    """
    asked = body if isinstance(body, Mapping) else {}
    told = {
        name: value[:_LONGEST]
        for name, value in asked.items()
        if isinstance(value, str) and value.isprintable()
    }
    named = {
        name: str(value)
        for name, value in (*told.items(), *query.items(), *path.items())
        if name in _IDS and value
    }
    return " ".join(f"{name}={value}" for name, value in sorted(named.items()))
