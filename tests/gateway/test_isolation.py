"""Nobody reads another's rows: every read endpoint crawled, every table asked directly.

A new endpoint is crawled without anybody adding it here. It passes when strangers get nothing; when it tells
the same to everybody, it is named in :data:`SHARED` with the reason; a new parameter needs a value in
:data:`FILLED`.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from gateway_world import OTHER, OWN, POOL, SOUND

from chspay_cli.cli_client import issue
from chspay_gateway.access import personal

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Reads that tell the same to everybody, or to each of oneself only.
SHARED = {
    "who asks": {"/api/v1/me", "/api/v1/sessions/current"},
    "the process": {"/healthz", "/readyz", "/version", "/collection.json", "/fhir/metadata"},
    "the law": {
        "/api/v1/amendments", "/api/v1/amendments/{amendment}", "/api/v1/bundle-changes", "/api/v1/bundles",
        "/api/v1/bundles/{digest}", "/api/v1/capitation-terms/{pool}", "/api/v1/documents",
        "/api/v1/documents/{document}", "/api/v1/payment-method", "/api/v1/per-diem/scope", "/api/v1/places",
        "/api/v1/places/{place}/amendment-chain", "/api/v1/places/{place}/bundle",
        "/api/v1/places/{place}/rules", "/api/v1/quality/rules", "/api/v1/staleness",
    },
    "schemes and catalogues": {
        "/api/v1/artefacts/{kind}", "/api/v1/artefacts/{kind}/{name}",
        "/api/v1/artefacts/{kind}/{name}/content", "/api/v1/artefacts/{kind}/{name}/life", "/api/v1/schemes",
        "/api/v1/schemes/{scheme}", "/api/v1/schemes/{scheme}/codes", "/api/v1/schemes/{scheme}/groups",
        "/api/v1/schemes/{scheme}/life", "/fhir/CodeSystem/{scheme}",
    },
    "public keys": {"/api/v1/package-key"},
    "how a dispute goes": {"/api/v1/disputes/machine"},
}  # fmt: skip
#: The register is there for everybody to read.
PUBLIC = "/public/"
#: What parameters are filled with; the owner's ids are added when they are known.
FILLED: dict[str, str] = {
    "pool": POOL, "place": POOL, "region_code": POOL, "hospital_code": OWN, "institution": OWN, "payee": OWN,
    "holder": OWN, "year": "2031", "month": "3", "day": "2026-11-22", "on": "2031-03-31", "first": "2031-01",
    "last": "2031-12", "before": "none", "after": "none", "measure": "cost_per_case", "change": "2031-02",
    "code": "cost_per_case", "fund": "inpatient", "community": "C1", "round": "1", "kind": "hospital",
    "medical_type": "21", "name": "none", "cycle": "none", "decision_no": "none", "vote": "yes", "nonce": "n",
    "choice": "approve", "type": "none", "case_no": "none", "topic_id": "none", "subject": OWN,
}  # fmt: skip
#: Parameters that only narrow an answer: left out, so that strangers are offered everything there is.
_NARROWING = {
    "page_size", "page_token", "format", "version", "depth", "by", "state", "since", "discharged_from",
    "discharged_to", "mine", "overdue", "open", "closed", "standing", "with_errors", "due_until", "losers",
    "bed_days", "department", "insurance_type", "fund_part", "lag", "confidence", "q", "years", "outcome",
    "method", "owner", "setl_id", "mdtrt_id", "account_id", "as_of", "warned",
}  # fmt: skip
#: Tables with such a column belong to somebody.
OWNED = {"hospital_code", "institution", "region_code", "region", "pool", "place", "payee", "home", "holder"}
#: Owned tables without row policies, and why.
UNGUARDED = {
    "gateway.api_client": "read by key id before anybody is known; holds no data of anybody",
    "gateway.exchange": "kept answers, read only under the caller's own institution",
    "gateway.outbox": "messages on their way, sealed, read by the relay only",
    "gateway.rejection": "counts of refusals, read only under the caller's own reach",
    "gateway.wire_file": "sealed files, read only under the caller's own institution",
    "gateway.webhook": "read only for the caller that made it, and by the courier",
    "rulebook.publication": "the law is everybody's",
    "rulebook.sealed_bundle": "the law is everybody's",
    "settlement.pool_month": "says only whether a month is open, which every hospital's intake has to see",
}
#: Tables under a row policy that lets everybody read.
EVERYBODYS = {"dispute.register_entry": "the public register is everybody's; writing needs a name"}
#: Members that mean one patient or insured person.
PERSONAL = {"person_key", "case_id", "list_id", "psn_no", "age_years"}
#: Reads that have such a member and tell of no single person, and why.
NO_PERSONS = {"/api/v1/sandbox/lists": "what a test institution made up"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(gw) -> dict[str, str]:
    """A settled month of two hospitals; answers the ids a stranger will try."""
    path = f"/api/v1/budget/years/{POOL}/2031"
    fund = {"inpatient_fund": "21600000.07", "out_of_area": "0.00", "reserve": "0.00"}
    drafted = (await gw.ask("PUT", path, who="bureau", json=fund)).json()
    decision = {"version": drafted["version"], "decision_no": "演示医保〔2031〕1号"}
    assert (await gw.ask("POST", f"{path}/approve", who="second", json=decision)).status_code == 200
    ids = dict(FILLED)
    for at in range(16):
        body = SOUND | {
            "case_id": f"OWNED-{at}", "hospital_code": (OWN, OTHER)[at % 2], "admission_date": "2031-03-01",
            "discharge_date": "2031-03-09",
        }  # fmt: skip
        sent = await gw.ask("POST", "/api/v1/lists", who=("own", "other")[at % 2], json=body)
        assert sent.status_code == 201, sent.text
        if at == 0:
            ids["list_id"] = sent.json()["list_id"]
    run = (
        await gw.ask("POST", "/api/v1/runs", who="bureau", json={"pool": POOL, "year": 2031, "month": 3})
    ).json()
    while run["state"] in {"pending", "running"}:
        await asyncio.sleep(0.1)
        run = (await gw.ask("GET", f"/api/v1/runs/{run['run_id']}", who="bureau")).json()
    assert run["state"] == "done", run
    gw.keys["judge"] = await issue(gw.admin_url, expert="E1")
    return ids | {
        "run_id": run["run_id"], "case_id": "OWNED-0",
        "ref": f"run/{run['run_id']}/hospital/{OWN}/fund",
    }  # fmt: skip


def reads(gw) -> list[tuple[str, dict[str, Any]]]:
    """Every GET of the interface description that is somebody's."""
    shared = set().union(*SHARED.values())
    paths = gw.app.openapi()["paths"]
    assert shared <= set(paths), f"no longer there: {shared - set(paths)}"
    return [
        (path, item["get"])
        for path, item in paths.items()
        if "get" in item and path not in shared and not path.startswith(PUBLIC)
    ]


def address(path: str, operation: dict[str, Any], ids: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The request a stranger makes who has learned every id of the owner."""
    query = {}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] == "path" or (parameter["in"] == "query" and name not in _NARROWING):
            known = name in ids or (parameter["in"] == "path" and name.endswith(("_id", "_no", "_key")))
            assert known, f"{path}: say in FILLED or _NARROWING what {name} is"
        if (
            parameter["in"] == "query"
            and name in ids
            and (parameter.get("required") or name in {"pool", "place", "hospital_code"})
        ):
            query[name] = ids[name]
    return re.sub(r"{(\w+)}", lambda match: ids.get(match[1], "none"), path), query


def rows_in(content: Any) -> list[Any]:
    """Every row an answer holds."""
    if isinstance(content, list):
        return content
    if isinstance(content, dict):
        return [row for value in content.values() for row in rows_in(value)]
    return []


async def test_the_owner_sees_what_the_crawl_is_about(gw, owner):
    """A crawl that finds nothing proves nothing unless there was something to find."""
    seen = set()
    for path, operation in reads(gw):
        if path.endswith("/events"):
            continue
        url, query = address(path, operation, owner)
        answer = await gw.ask("GET", url, who="bureau", params=query)
        assert answer.status_code < 500, (path, answer.text)
        if answer.status_code == 200:
            seen.add(path)
    must = {
        "/api/v1/lists", "/api/v1/lists/{list_id}", "/api/v1/runs", "/api/v1/runs/{run_id}",
        "/api/v1/runs/{run_id}/cases", "/api/v1/runs/{run_id}/explain", "/api/v1/runs/{run_id}/statements",
        "/api/v1/hospitals", "/api/v1/lineage", "/fhir/Claim/{list_id}",
        "/fhir/ExplanationOfBenefit/{list_id}",
        "/api/v1/budget/years/{pool}/{year}", "/api/v1/ledger/{pool}/account", "/api/v1/quality/scores",
    }  # fmt: skip
    assert must <= seen, must - seen


@pytest.mark.parametrize("who", ["stranger", "elsewhere", "judge"])
async def test_a_stranger_gets_nothing_from_any_read(gw, owner, who):
    """Another hospital, another city, an expert of no case: with every id in hand, not one row."""
    marks = (owner["list_id"], "OWNED-", "演示医院")
    leaks = {}
    for path, operation in reads(gw):
        url, query = address(path, operation, owner)
        answer = await gw.ask("GET", url, who=who, params=query)
        if answer.status_code in {403, 404, 405, 409, 422}:
            continue
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        text = answer.text
        for echoed in (url, *query.values()):
            text = text.replace(echoed, "")
        is_json = answer.headers["content-type"].startswith("application/json")
        found = rows_in(answer.json()) if is_json else [
            line for line in text.splitlines()[1:] if line.strip() and line.startswith("data")
        ]  # fmt: skip
        if found or any(mark in text for mark in marks):
            leaks[path] = text[:200]
    assert leaks == {}


def members(document: dict[str, Any], schema: Any) -> set[str]:
    """Every member name an answer of this schema may have."""
    names: set[str] = set()
    queue, known = [schema], set()
    while queue:
        found = queue.pop()
        if isinstance(found, list):
            queue += found
        if isinstance(found, dict):
            name = found.get("$ref", "").rpartition("/")[2]
            if name and name not in known:
                known.add(name)
                queue.append(document["components"]["schemas"][name])
            names |= set(found.get("properties", {}))
            queue += list(found.values())
    return names


async def test_whatever_tells_of_persons_is_written_down_when_read(gw):
    """A new endpoint with persons or cases in its answer must not be forgotten by the book of readings."""
    document = gw.app.openapi()
    told = {
        path
        for path, item in document["paths"].items()
        if "get" in item
        and PERSONAL & members(document, item["get"]["responses"].get("200", {}).get("content", {}))
    }
    assert told - personal.PATHS - set(NO_PERSONS) == set()
    here = {path for path in personal.PATHS if not path.startswith("/view/")}
    assert here <= set(document["paths"]), here - set(document["paths"])


async def scoped(
    connection: asyncpg.Connection, table: str, institution: str, region: str, subject: str
) -> int:
    """How many rows of a table somebody sees, under the service's own role."""
    async with connection.transaction():
        await connection.execute(
            "SELECT set_config('chspay.institution', $1, true), set_config('chspay.region', $2, true),"
            " set_config('chspay.subject', $3, true)",
            institution, region, subject,
        )  # fmt: skip
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def test_no_service_role_reads_a_strangers_rows(gw, owner, migrated_db):
    """Should the gateway be wrong or gone round: the database itself keeps hospitals and regions apart."""
    found, filled = {}, 0
    for service in migrated_db.services:
        connection = await asyncpg.connect(migrated_db.url(service))
        tables = await gw.admin.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relrowsecurity"
            " AND has_table_privilege($2, c.oid, 'SELECT')",
            service, f"chspay_{service}",
        )  # fmt: skip
        for (name,) in tables:
            if name in EVERYBODYS:
                continue
            filled += bool(await gw.admin.fetchval(f"SELECT EXISTS (SELECT FROM {name})"))
            for claim in (("H99010100777", "", "x"), ("", "4401", "x"), ("", "", "expert:E1"), ("", "", "")):
                if await scoped(connection, name, *claim):
                    found[name] = claim
        await connection.close()
    assert found == {}
    assert filled >= 15, filled


async def test_every_table_of_somebody_has_row_policies(gw):
    """A table made tomorrow with a hospital in it must not be open to all hospitals."""
    rows = await gw.admin.fetch(
        "SELECT n.nspname || '.' || c.relname AS name, bool_and(c.relrowsecurity AND c.relforcerowsecurity)"
        " AS guarded, count(p.oid) AS policies FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY($1) AND NOT a.attisdropped"
        " LEFT JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'public')"
        " GROUP BY 1",
        sorted(OWNED),
    )
    open_tables = {row["name"] for row in rows if not (row["guarded"] and row["policies"])}
    assert open_tables - set(UNGUARDED) == set()
    assert set(UNGUARDED) - open_tables == set(), "no longer an exception"
