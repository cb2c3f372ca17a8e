"""Names of amounts as ``GET /api/v1/lineage`` takes them; every part is percent-encoded."""

from __future__ import annotations

from urllib.parse import quote


def _name(*parts: str, item: str) -> str:
    return "/".join([*(quote(part, safe="-_.~:") for part in parts), item])


def of_pool(run_id: str, item: str) -> str:
    """An amount of a run's pool."""
    return _name("run", run_id, "pool", item=item)


def of_hospital(run_id: str, hospital_code: str, item: str) -> str:
    """An amount of a hospital's statement."""
    return _name("run", run_id, "hospital", hospital_code, item=item)


def of_case(run_id: str, hospital_code: str, case_id: str, item: str) -> str:
    """An amount of one case."""
    return _name("run", run_id, "case", hospital_code, case_id, item=item)
