"""The rulebook over a real channel and a real PostgreSQL."""

import re
from datetime import date

import asyncpg
import pytest
from google.type import date_pb2

import chspay_policy
from chspay.rulebook.v1 import rulebook_pb2 as pb
from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_kit.auth import Claim, use_claim
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_rulebook.app import Rulebook
from chspay_rulebook.rpc import SERVICE, RulebookServicer
from chspay_rulebook.shelf import Shelf

KEY = b"0123456789abcdef0123456789abcdef"
DAY = date_pb2.Date(year=2025, month=3, day=1)
BUREAU = Claim("bureau-key", "bureau", region="9901")


@pytest.fixture
async def stub(migrated_db):
    """A stub of a rulebook that serves the shipped policy folder."""
    database = Database(migrated_db.url("rulebook"))
    await database.open()
    servicer = RulebookServicer(Rulebook(Shelf(chspay_policy.ROOT)))
    add = [(rulebook_pb2_grpc.add_RulebookServiceServicer_to_server, servicer, SERVICE)]
    server = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=database)
    port = await server.start()
    channel = Channel(f"127.0.0.1:{port}", KEY)
    with use_claim(BUREAU):
        yield rulebook_pb2_grpc.RulebookServiceStub(channel)
    await channel.close()
    await server.drain(1)
    await database.close()


async def test_a_resolved_bundle_answers_the_same_by_digest(stub):
    """A settlement stores only the digest; years later the bytes must still be there, unchanged."""
    resolved = await stub.ResolveBundle(pb.ResolveBundleRequest(place="990102", on=DAY))
    fetched = await stub.GetBundle(pb.GetBundleRequest(digest=resolved.digest))
    assert fetched.content == resolved.content
    assert list(resolved.chain) == ["990102", "990100", "990000", "000000"]
    policy = Bundle.parse(fetched.content).on(date(2025, 3, 1))
    assert policy.digest == resolved.digest
    assert policy.integer("intake.submit_days") == 10
    assert re.fullmatch(r"[0-9a-f]{64}", policy.scheme_digest("chspay_starter"))


async def test_resolving_twice_keeps_one_row(stub, migrated_db):
    """Every run resolves; the store must not grow with use."""
    first = await stub.ResolveBundle(pb.ResolveBundleRequest(place="990100", on=DAY))
    second = await stub.ResolveBundle(pb.ResolveBundleRequest(place="990100", on=DAY))
    assert first == second
    connection = await asyncpg.connect(migrated_db.admin_url)
    count = await connection.fetchval(
        "SELECT count(*) FROM rulebook.sealed_bundle WHERE digest = $1", first.digest
    )
    await connection.close()
    assert count == 1


async def test_not_even_the_owner_changes_a_sealed_bundle(stub, migrated_db):
    """A digest that no longer fits its bytes would make every old settlement unexplainable."""
    await stub.ResolveBundle(pb.ResolveBundleRequest(place="990100", on=DAY))
    connection = await asyncpg.connect(migrated_db.admin_url)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await connection.execute("UPDATE rulebook.sealed_bundle SET content = ''")
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await connection.execute("DELETE FROM rulebook.sealed_bundle")
    await connection.close()


async def test_a_stored_bundle_that_was_tampered_with_is_not_served(stub, migrated_db):
    """Should someone get past every guard and write a row by hand, its digest gives it away."""
    digest = "12" * 32
    connection = await asyncpg.connect(migrated_db.admin_url)
    await connection.execute(
        "INSERT INTO rulebook.sealed_bundle (digest, place, content) VALUES ($1, '990100', $2)", digest, b"{}"
    )
    await connection.close()
    with pytest.raises(Fault) as caught:
        await stub.GetBundle(pb.GetBundleRequest(digest=digest))
    assert caught.value.reason.code == "POLICY_BUNDLE_BROKEN"


async def test_one_rule_comes_with_its_citation(stub):
    """A person who asks why gets document and article, and whose rule it is."""
    answer = await stub.GetRule(pb.GetRuleRequest(place="990102", on=DAY, key="prepay.share"))
    assert (answer.rule.value_json, answer.rule.place, answer.rule.evidence) == ('"0.95"', "990100", "demo")
    assert answer.rule.citation == "demo-city-2025#第一条"
    earlier = date_pb2.Date(year=2024, month=12, day=31)
    before = await stub.GetRule(pb.GetRuleRequest(place="990102", on=earlier, key="prepay.share"))
    assert before.rule.value_json == '"0.90"'


async def test_pages_of_rules_join_to_the_whole(stub):
    """A page must neither repeat nor lose a rule."""
    whole = await stub.ListRules(pb.ListRulesRequest(place="990100", on=DAY, page_size=1000))
    keys, token = [], ""
    while True:
        part = await stub.ListRules(
            pb.ListRulesRequest(place="990100", on=DAY, page_size=7, page_token=token)
        )
        keys += [rule.key for rule in part.rules]
        token = part.next_page_token
        if not token:
            break
    assert keys == [rule.key for rule in whole.rules]
    assert len(keys) == len(set(keys)) > 20


async def test_places_say_what_is_claimed_of_them(stub):
    """No page may claim more than coverage.yaml: a county follows its city, a silent city claims nothing."""
    places = {}
    token = ""
    while True:
        answer = await stub.ListPlaces(pb.ListPlacesRequest(page_size=40, page_token=token))
        places |= {place.code: place for place in answer.places}
        token = answer.next_page_token
        if not token:
            break
    assert places["330100"].coverage == places["330106"].coverage == "partial"
    assert places["990101"].coverage == "demo"
    assert (places["330200"].name, places["330200"].coverage) == ("宁波市", "")


@pytest.mark.parametrize(
    ("request_", "method", "reason"),
    [
        (pb.ResolveBundleRequest(place="998877", on=DAY), "ResolveBundle", "POLICY_PLACE_UNKNOWN"),
        (pb.ResolveBundleRequest(place="杭州", on=DAY), "ResolveBundle", "NOT_A_REGION"),
        (pb.ResolveBundleRequest(place="990100"), "ResolveBundle", "DATE_MISSING"),
        (pb.GetBundleRequest(digest="0" * 64), "GetBundle", "BUNDLE_UNKNOWN"),
        (pb.GetBundleRequest(digest="x"), "GetBundle", "BUNDLE_DIGEST_WRONG"),
        (pb.GetRuleRequest(place="990100", on=DAY, key="no.such"), "GetRule", "POLICY_MISSING"),
        (
            pb.GetRuleRequest(
                place="990100", on=date_pb2.Date(year=2019, month=12, day=31), key="points.scale"
            ),
            "GetRule",
            "POLICY_MISSING",
        ),
        (pb.ListRulesRequest(place="990100", on=DAY, page_token="xx"), "ListRules", "PAGE_TOKEN_BAD"),
        (pb.ListBundlesRequest(place="99"), "ListBundles", "NOT_A_REGION"),
        (pb.ListBundlesRequest(page_size=-1), "ListBundles", "PAGE_SIZE_BAD"),
        (pb.DiffBundlesRequest(before="0" * 64, after="1" * 64), "DiffBundles", "BUNDLE_UNKNOWN"),
        (pb.DiffBundlesRequest(before="x", after="1" * 64), "DiffBundles", "BUNDLE_DIGEST_WRONG"),
        (pb.GetDocumentRequest(id="none"), "GetDocument", "DOCUMENT_UNKNOWN"),
        (pb.ListDocumentsRequest(page_token="xx"), "ListDocuments", "PAGE_TOKEN_BAD"),
        (pb.ReportStaleRequest(), "ReportStale", "DATE_MISSING"),
        (pb.ReportStaleRequest(on=DAY, years=101), "ReportStale", "STALE_YEARS_BAD"),
        (pb.ReportStaleRequest(on=DAY), "ReportStale", "POLICY_MISSING"),
    ],
)
async def test_each_refusal_has_its_reason(stub, request_, method, reason):
    """Programs act on the code, people on the sentence; both must arrive over the wire."""
    with pytest.raises(Fault) as caught:
        await getattr(stub, method)(request_)
    assert caught.value.reason.code == reason
    assert caught.value.message


async def test_bundles_of_two_places_are_not_compared(stub):
    """A difference between two places would read like a change of law."""
    digests = [
        (await stub.ResolveBundle(pb.ResolveBundleRequest(place=place, on=DAY))).digest
        for place in ("990100", "990200")
    ]
    with pytest.raises(Fault) as caught:
        await stub.DiffBundles(pb.DiffBundlesRequest(before=digests[0], after=digests[1]))
    assert caught.value.reason.code == "BUNDLES_OF_TWO_PLACES"
    same = await stub.DiffBundles(pb.DiffBundlesRequest(before=digests[0], after=digests[0]))
    assert list(same.changes) == []


async def test_a_document_knows_its_days_its_articles_and_who_cites_it(stub):
    """Who reads a rule wants the paper; who reads the paper wants the rules."""
    found = await stub.GetDocument(pb.GetDocumentRequest(id="nhsa-2025-agency"))
    assert found.document.effective == date_pb2.Date(year=2025, month=1, day=28)
    assert "第二十六条" in found.document.articles
    assert {rule.key for rule in found.rules} >= {"prepay.retention_max", "special_review.cap"}
    old = (await stub.GetDocument(pb.GetDocumentRequest(id="nhsa-2021-23"))).document
    assert (old.repealed, old.repealed_by) == (found.document.effective, "nhsa-2025-agency")
    assert not old.HasField("issued")
    ids, token = [], ""
    while True:
        part = await stub.ListDocuments(pb.ListDocumentsRequest(page_size=4, page_token=token))
        ids += [item.id for item in part.documents]
        token = part.next_page_token
        if not token:
            break
    assert ids == sorted(set(ids))
    assert {"nhsa-2025-agency", "demo-city-2025"} <= set(ids)


async def test_the_report_of_age_pages_and_takes_the_cycle_of_revision(stub):
    """Two years, as the nation revises its groups, unless the asker says otherwise."""
    on = date_pb2.Date(year=2026, month=11, day=21)
    keys, token = [], ""
    while True:
        part = await stub.ReportStale(
            pb.ReportStaleRequest(place="990100", on=on, page_size=5, page_token=token)
        )
        keys += [(item.place, item.key) for item in part.rules]
        token = part.next_page_token
        assert part.years == 2
        if not token:
            break
    assert len(keys) == len(set(keys))
    assert {place for place, _ in keys} == {"990100", "990102"}
    assert ("990100", "coefficient.by_level") in keys
    late = await stub.ReportStale(pb.ReportStaleRequest(place="990100", on=on, years=50, page_size=1000))
    kinds = {item.key: list(item.kinds) for item in late.rules if item.place == "990100"}
    assert kinds["coefficient.by_level"] == ["demo"]
