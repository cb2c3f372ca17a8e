"""Amendments over a real channel and a real PostgreSQL: from draft to law, each step by another person."""

import asyncio
import re
from datetime import date

import asyncpg
import pytest
import rulebook_world as rw
from google.type import date_pb2
from rulebook_world import APPROVER, AUTHOR, ELSEWHERE, FOURTH, HOSPITAL, PROVINCE, REVIEWER, text

from chspay.rulebook.v1 import amendments_pb2 as am
from chspay.rulebook.v1 import rulebook_pb2 as pb
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_kit.auth import use_claim

DAY = date_pb2.Date(year=2027, month=1, day=31)


@pytest.fixture
async def world(migrated_db):
    """The rulebook on 2026-11-21, over the shipped folder; amendments of earlier tests are forgotten."""
    connection = await asyncpg.connect(migrated_db.admin_url)
    await connection.execute("SET session_replication_role = replica")
    for table in ("retraction", "publication", "amendment_step", "amendment", "journal_batch"):
        await connection.execute(f"DELETE FROM rulebook.{table}")
    await connection.close()
    async with rw.world(migrated_db.url("rulebook")) as running:
        yield running


async def digests(world, *places):
    """The digest of each place's bundle."""
    return {
        place: (await world.law.ResolveBundle(pb.ResolveBundleRequest(place=place, on=DAY))).digest
        for place in places
    }


async def refused(call):
    """The fault a call ends with."""
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


async def test_a_decision_becomes_law_and_moves_no_other_place(world):
    """The whole way: four persons, one changed figure, the digest of the place and of those inside it."""
    before = await digests(world, "990100", "990101", "990200", "330100", "000000")
    drafted = await world.draft(text("joint-1"))
    assert drafted.amendment.state == am.AMENDMENT_STATE_DRAFT
    assert list(drafted.findings) == []
    await world.step("Review", "joint-1", REVIEWER)
    await world.step("Approve", "joint-1", APPROVER)
    assert await digests(world, *before) == before
    done = await world.step("Publish", "joint-1", FOURTH)
    after = await digests(world, *before)
    assert {place for place in before if before[place] != after[place]} == {"990100", "990101"}
    assert (done.digest_before, done.digest_after) == (before["990100"], after["990100"])
    assert [change.words for change in done.changes] == [
        "演示市（990100）月度预付比例（prepay.share）自2027-01-01起由0.95改为0.96（单位：比例），"
        "依据《医保结算联席会议纪要》（纪要〔2026〕1号）第一条"
    ]
    rule = await world.law.GetRule(pb.GetRuleRequest(place="990101", on=DAY, key="prepay.share"))
    assert (rule.rule.value_json, rule.rule.citation) == ('"0.96"', "joint-1-minutes#第一条")
    december = date_pb2.Date(year=2026, month=12, day=31)
    old = await world.law.GetRule(pb.GetRuleRequest(place="990101", on=december, key="prepay.share"))
    assert old.rule.value_json == '"0.95"'
    with use_claim(FOURTH):
        whole = await world.amendments.GetAmendment(am.GetAmendmentRequest(id="joint-1"))
    assert [(step.state, step.by) for step in whole.amendment.steps] == [
        (am.AMENDMENT_STATE_DRAFT, "author"), (am.AMENDMENT_STATE_REVIEWED, "reviewer"),
        (am.AMENDMENT_STATE_APPROVED, "approver"), (am.AMENDMENT_STATE_PUBLISHED, "fourth"),
    ]  # fmt: skip
    assert whole.amendment.content == text("joint-1")


async def test_both_bundles_stay_and_their_difference_is_told_in_words(world):
    """A settlement made yesterday is recomputed by the bundle of yesterday."""
    done = await world.publish(text("joint-1"))
    for digest in (done.digest_before, done.digest_after):
        kept = await world.law.GetBundle(pb.GetBundleRequest(digest=digest))
        assert Bundle.parse(kept.content, digest).place == "990100"
    told = await world.law.DiffBundles(
        pb.DiffBundlesRequest(before=done.digest_before, after=done.digest_after)
    )
    (change,) = told.changes
    assert (change.key, change.kind, change.old, change.new, change.unit) == (
        "prepay.share", "added", "0.95", "0.96", "比例",
    )  # fmt: skip
    back = await world.law.DiffBundles(
        pb.DiffBundlesRequest(before=done.digest_after, after=done.digest_before)
    )
    assert [item.kind for item in back.changes] == ["removed"]
    listed = await world.law.ListBundles(pb.ListBundlesRequest(place="990100", page_size=1))
    assert listed.bundles[0].place == "990100"
    assert listed.next_page_token
    more = await world.law.ListBundles(
        pb.ListBundlesRequest(place="990100", page_size=1, page_token=listed.next_page_token)
    )
    assert more.bundles[0].digest != listed.bundles[0].digest


async def test_a_correction_may_reach_back_and_says_what_it_corrects(world):
    """A wrongly copied figure is put right for months past; the old bundle keeps what was known then."""
    corrects = ", corrects: {since: 2025-01-01, cite: demo-city-2025#第一条}"
    done = await world.publish(text("fix-1", since="2025-01-01", value="0.97", more=corrects))
    assert [(change.kind, change.old, change.new) for change in done.changes] == [
        ("corrected", "0.95", "0.97")
    ]
    assert "由0.95更正为0.97" in done.changes[0].words
    fault = await refused(world.step("Withdraw", "fix-1", FOURTH))
    assert fault.reason.code == "AMENDMENT_IN_EFFECT"


async def test_three_steps_need_three_persons(world):
    """Whoever writes a rule does not also find it right and decide it."""
    await world.draft(text("joint-1"))
    assert (await refused(world.step("Review", "joint-1", AUTHOR))).reason.code == "AMENDMENT_SAME_PERSON"
    await world.step("Review", "joint-1", REVIEWER)
    for person in (AUTHOR, REVIEWER):
        assert (
            await refused(world.step("Approve", "joint-1", person))
        ).reason.code == "AMENDMENT_SAME_PERSON"


@pytest.mark.parametrize("verbs", [["Approve"], ["Publish"], ["Review", "Publish"], ["Withdraw", "Review"]])
async def test_no_step_is_skipped(world, verbs):
    """A state is reached only from the one before it."""
    await world.draft(text("joint-1"))
    for verb in verbs[:-1]:
        await world.step(verb, "joint-1", REVIEWER)
    assert (await refused(world.step(verbs[-1], "joint-1", FOURTH))).reason.code == "AMENDMENT_STATE_WRONG"


async def test_the_database_itself_refuses_a_publication_that_three_have_not_seen(world, migrated_db):
    """Should the program err, or somebody write by hand, the table still holds the law to its form."""
    await world.draft(text("joint-1"))
    connection = await asyncpg.connect(migrated_db.url("rulebook"))
    await connection.execute("SELECT set_config('chspay.region', '*', false)")
    with pytest.raises(asyncpg.PostgresError) as caught:
        await connection.execute(
            "INSERT INTO publication (amendment_id, place, content, begins)"
            " VALUES ('joint-1', '990100', '', '2027-01-01')"
        )
    assert caught.value.sqlstate == "CH011"
    for statement in (
        "UPDATE amendment SET content = ''",
        "DELETE FROM amendment_step",
        "TRUNCATE publication",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(
            "INSERT INTO amendment_step (amendment_id, state, region_code, done_by, note)"
            " VALUES ('joint-1', 'reviewed', '990100', 'author', '')"
        )
    await connection.close()


BROKEN = {
    "missing citation": (", cite: {id}-minutes#第一条", "", "POLICY_CITE_MISSING"),
    "unknown document": ("cite: {id}-minutes", "cite: lost", "POLICY_DOCUMENT_ABSENT"),
    "unknown article": ("#第一条, evidence", "#第九条, evidence", "POLICY_ARTICLE_ABSENT"),
    "unknown key": ("prepay.share:", "prepay.shore:", "POLICY_KEY_UNKNOWN"),
    "another unit": ("unit: ratio", "unit: points", "POLICY_KEY_MISMATCH"),
    "not a number": ("value: 0.96", "value: most", "POLICY_VALUE_WRONG"),
    "out of bounds": ("value: 0.96", "value: 1.96", "VALUE_OUT_OF_BOUNDS"),
    "more than the cap held back": ("value: 0.96", "value: 0.90", "SHARES_DO_NOT_ADD_UP"),
    "two values on one day": ("since: 2027-01-01", "since: 2025-01-01", "POLICY_OVERLAP"),
    "earlier than the newest": ("since: 2027-01-01", "since: 2024-01-01", "AMENDMENT_NOT_LATER"),
    "circular document": (
        "articles: [第一条]", "articles: [第一条]\n    based_on: [{id}-minutes]", "POLICY_DOCUMENT_CIRCLE",
    ),
    "repealed basis": (
        "    articles: [第一条]", "    articles: [第一条]\n    repealed: 2026-12-01", "POLICY_DOCUMENT_ENDED",
    ),
    "unanchored": ("    articles: [第一条]\n", "", "CITATION_UNANCHORED"),
    "not YAML": ("rules:\n  prepay", "rules:\n prepay: [", "POLICY_YAML_SYNTAX"),
    "an unknown place": ('"990100"', '"990199"', "POLICY_PLACE_UNKNOWN"),
    "nothing in it": ("rules:\n  prepay.share:", "note: x\nrules: {{}}\nrest:\n  x:", "POLICY_FIELD_UNKNOWN"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
async def test_a_broken_amendment_is_refused_whole_and_names_why(world, migrated_db, what):
    """Broken policy stops before anything is written, naming key, place, day and document."""
    old, new, reason = BROKEN[what]
    old, new = (part.format(id="bad-1") for part in (old, new))
    content = text("bad-1")
    assert old in content
    fault = await refused(world.draft(content.replace(old, new, 1)))
    assert reason in {fault.reason.code, fault.value}
    checked = await world.amendments.CheckAmendment(
        am.CheckAmendmentRequest(content=content.replace(old, new, 1))
    )
    assert reason in {item.code for item in checked.findings}
    assert checked.digest == ""
    connection = await asyncpg.connect(migrated_db.admin_url)
    assert await connection.fetchval("SELECT count(*) FROM rulebook.amendment") == 0
    await connection.close()


@pytest.mark.parametrize("reason", ["AMENDMENT_EMPTY", "POLICY_DOCUMENT_TWICE", "AMENDMENT_CORRECTS_ABSENT",
                                    "AMENDMENT_TWICE", "BARRED_RULE"])  # fmt: skip
async def test_further_refusals_reach_the_caller(world, reason):
    """Each kind of contradiction with what is there has its own code."""
    content = text("bad-3")
    absent = ", corrects: {since: 2024-01-01, cite: demo-city-2025#第一条}"
    cap = """\
rules:
  budget.hospital_inpatient_cap:
    label: 单个医疗机构的住院费用绝对额上限
    unit: table
    rules:
      - since: 2027-01-01
        value: [{hospital: H1, yuan: 1}]
        cite: bad-3-minutes#第一条
        evidence: demo
"""
    shipped = text("demo-west-joint-2026-1", place="990102", since="2027-06-01")
    broken = {
        "AMENDMENT_EMPTY": content.partition("rules:")[0] + "rules: {}\n",
        "POLICY_DOCUMENT_TWICE": content.replace("bad-3-minutes", "demo-city-2025"),
        "AMENDMENT_CORRECTS_ABSENT": text("bad-3", more=absent),
        "AMENDMENT_TWICE": shipped,
        "BARRED_RULE": content.partition("rules:")[0] + cap,
    }
    fault = await refused(world.draft(broken[reason]))
    assert reason in {fault.reason.code, fault.value}


async def test_an_unknown_method_names_key_place_document_and_what_there_is(world):
    """A method nobody wrote cannot settle a month; the refusal says which would."""
    content = text("bad-2").replace("prepay.share", "settle.high").replace("unit: ratio", "unit: method")
    content = content.replace("月度预付比例\n    unit", "高倍率病例的点数（未经特例单议）\n    unit")
    fault = await refused(world.draft(content.replace("value: 0.96", "value: magic@1")))
    assert fault.reason.code == "POLICY_METHOD_UNKNOWN"
    assert fault.field == "settle.high"
    for part in ("magic@1", "as_normal@1"):
        assert part in fault.message


async def test_a_method_that_pays_by_a_step_is_let_through_with_a_warning_and_its_price(world):
    """It may be what was decided; nobody shall say they did not know what it costs."""
    content = text("step-1").replace("prepay.share", "settle.high").replace("unit: ratio", "unit: method")
    content = content.replace("月度预付比例\n    unit", "高倍率病例的点数（未经特例单议）\n    unit")
    drafted = await world.draft(content.replace("value: 0.96", "value: deduct@1"))
    (finding,) = [item for item in drafted.findings if item.code == "PAYS_BY_A_STEP"]
    assert (finding.level, finding.below_fen, finding.above_fen) == ("warning", 1_050_000, 900_001)


async def test_two_approved_drafts_for_one_day_cannot_both_become_law(world):
    """Each was sound by itself; the second to be published meets the first."""
    for name, value in (("joint-1", "0.96"), ("joint-2", "0.97")):
        await world.draft(text(name, value=value))
        await world.step("Review", name, REVIEWER)
        await world.step("Approve", name, APPROVER)
    await world.step("Publish", "joint-1", FOURTH)
    fault = await refused(world.step("Publish", "joint-2", FOURTH))
    assert (fault.reason.code, fault.field) == ("POLICY_OVERLAP", "prepay.share")
    for part in ("990100", "2027-01-01", "joint-1-minutes", "joint-2-minutes"):
        assert part in fault.message


async def test_two_publications_at_once_take_turns(world):
    """Two clerks press the button together: one law, one refusal, never two values on one day."""
    for name, value in (("joint-1", "0.96"), ("joint-2", "0.97")):
        await world.draft(text(name, value=value))
        await world.step("Review", name, REVIEWER)
        await world.step("Approve", name, APPROVER)
    answers = await asyncio.gather(
        *(world.step("Publish", name, FOURTH) for name in ("joint-1", "joint-2")), return_exceptions=True
    )
    refusals = [answer for answer in answers if isinstance(answer, Fault)]
    assert [fault.reason.code for fault in refusals] == ["POLICY_OVERLAP"]
    found = await world.amendments.VerifyAmendments(am.VerifyAmendmentsRequest(place="990100"))
    assert (found.steps, found.intact) == (7, True)


async def test_the_amendment_in_the_documentation_is_taken(world, root):
    """Who copies the page must not be refused."""
    page = (root / "docs/policy.md").read_text("utf-8")
    (content,) = re.findall(r"```yaml\n(amendment: .*?)```", page, re.DOTALL)
    checked = await world.amendments.CheckAmendment(am.CheckAmendmentRequest(content=content))
    assert list(checked.findings) == []
    assert [(change.key, change.new) for change in checked.changes] == [("prepay.share", "0.96")]


async def test_a_new_rule_does_not_begin_before_it_is_published(world):
    """Nobody can keep a rule that was not known yet."""
    await world.draft(text("late-1", since="2026-11-20"))
    await world.step("Review", "late-1", REVIEWER)
    await world.step("Approve", "late-1", APPROVER)
    fault = await refused(world.step("Publish", "late-1", FOURTH))
    assert fault.reason.code == "AMENDMENT_TOO_EARLY"
    assert "2026-11-21" in fault.message


async def test_a_published_amendment_is_withdrawn_only_before_it_takes_effect(world, migrated_db):
    """Before: the digest returns to what it was. After: only another amendment helps."""
    before = await digests(world, "990100")
    await world.publish(text("joint-1"))
    assert await digests(world, "990100") != before
    gone = await world.step("Withdraw", "joint-1", FOURTH)
    assert gone.amendment.state == am.AMENDMENT_STATE_WITHDRAWN
    assert await digests(world, "990100") == before
    await world.publish(text("joint-2"))
    async with rw.world(migrated_db.url("rulebook"), today=date(2027, 1, 1)) as later:
        fault = await refused(later.step("Withdraw", "joint-2", FOURTH))
    assert fault.reason.code == "AMENDMENT_IN_EFFECT"


async def test_an_amendment_that_others_build_upon_is_not_pulled_from_under_them(world):
    """What cites its document, or corrects its rule, would hang in the air."""
    await world.publish(text("joint-1"))
    corrects = ", corrects: {since: 2027-01-01, cite: joint-1-minutes#第一条}"
    await world.publish(text("joint-2", since="2027-02-01", value="0.97", more=corrects))
    fault = await refused(world.step("Withdraw", "joint-1", FOURTH))
    assert fault.reason.code == "AMENDMENT_BUILT_UPON"
    # Its name ends like the other's, and is not taken for it.
    await world.publish(text("a-joint-1", since="2028-01-01"))
    assert (await refused(world.step("Withdraw", "joint-1", FOURTH))).reason.code == "AMENDMENT_BUILT_UPON"
    await world.step("Withdraw", "joint-2", FOURTH)
    await world.step("Withdraw", "joint-1", FOURTH)


async def test_drafts_are_seen_in_their_region_and_law_by_everybody(world):
    """A draft is nobody else's business; a published rule is everybody's."""
    await world.draft(text("joint-1"))
    for stranger in (ELSEWHERE, HOSPITAL):
        with use_claim(stranger):
            fault = await refused(world.amendments.GetAmendment(am.GetAmendmentRequest(id="joint-1")))
            assert fault.reason.code == "AMENDMENT_UNKNOWN"
            assert list((await world.amendments.ListAmendments(am.ListAmendmentsRequest())).amendments) == []
    await world.step("Review", "joint-1", REVIEWER)
    await world.step("Approve", "joint-1", APPROVER)
    await world.step("Publish", "joint-1", FOURTH)
    for anybody in (ELSEWHERE, HOSPITAL):
        with use_claim(anybody):
            found = await world.amendments.ListAmendments(
                am.ListAmendmentsRequest(state=am.AMENDMENT_STATE_PUBLISHED)
            )
            assert [item.id for item in found.amendments] == ["joint-1"]


@pytest.mark.parametrize(
    ("who", "place", "reason"),
    [(HOSPITAL, "990100", "ROLE_DENIED"), (ELSEWHERE, "990100", "REGION_DENIED"),
     (AUTHOR, "990000", "REGION_DENIED")],
)  # fmt: skip
async def test_who_may_not_amend(world, who, place, reason):
    """A city does not change the province's rules, nor another city's; a hospital changes none."""
    assert (await refused(world.draft(text("joint-1", place=place), who))).reason.code == reason


async def test_the_province_changes_what_its_cities_inherit(world):
    """A provincial rule moves every place that inherits it."""
    before = await digests(world, "990000", "990100", "990200", "330100")
    content = text("province-1", place="990000").replace("prepay.share", "stability.n_min")
    content = content.replace(
        "月度预付比例\n    unit: ratio", "稳定病组的例数下限（应大于）\n    unit: cases"
    )
    await world.draft(content.replace("value: 0.96", "value: 10"), PROVINCE)
    await world.step("Review", "province-1", rw.Claim("p2", "bureau", region="99"))
    await world.step("Approve", "province-1", rw.Claim("p3", "bureau", region="99"))
    await world.step("Publish", "province-1", PROVINCE)
    after = await digests(world, *before)
    assert {place for place in before if before[place] != after[place]} == {"990000", "990100", "990200"}


async def test_a_repeated_request_is_answered_once_and_another_body_is_refused(world):
    """A lost answer is asked for again; the amendment is filed once."""
    ask = am.DraftAmendmentRequest(request_id="same", content=text("joint-1"))
    first = await world.amendments.DraftAmendment(ask)
    assert await world.amendments.DraftAmendment(ask) == first
    other = am.DraftAmendmentRequest(request_id="same", content=text("joint-2"))
    assert (await refused(world.amendments.DraftAmendment(other))).reason.code == "REQUEST_ID_REUSED"
    bare = am.DraftAmendmentRequest(content=text("joint-2"))
    assert (await refused(world.amendments.DraftAmendment(bare))).reason.code == "REQUEST_ID_MISSING"
    assert (await refused(world.draft(text("joint-1")))).reason.code == "AMENDMENT_TAKEN"


async def test_every_step_is_chained_and_a_changed_one_is_found(world, migrated_db):
    """The journal is the proof of who decided what and when."""
    await world.publish(text("joint-1"))
    found = await world.amendments.VerifyAmendments(am.VerifyAmendmentsRequest(place="990100"))
    assert (found.steps, found.intact, found.broken_at) == (4, True, 0)
    connection = await asyncpg.connect(migrated_db.admin_url)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await connection.execute("UPDATE rulebook.journal_batch SET payload = '' WHERE seq = 2")
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("UPDATE rulebook.journal_batch SET payload = '' WHERE seq = 2")
    await connection.close()
    spoiled = await world.amendments.VerifyAmendments(am.VerifyAmendmentsRequest(place="990100"))
    assert (spoiled.intact, spoiled.broken_at) == (False, 2)


@pytest.mark.parametrize(
    ("method", "message", "reason"),
    [
        ("GetAmendment", am.GetAmendmentRequest(id="none"), "AMENDMENT_UNKNOWN"),
        ("ReviewAmendment", am.ReviewAmendmentRequest(request_id="x1", id="none"), "AMENDMENT_UNKNOWN"),
        ("CheckAmendment", am.CheckAmendmentRequest(content="x" * 200_001), "AMENDMENT_TOO_LONG"),
        ("VerifyAmendments", am.VerifyAmendmentsRequest(place="99"), "NOT_A_REGION"),
        ("ListAmendments", am.ListAmendmentsRequest(page_token="xx"), "PAGE_TOKEN_BAD"),
    ],
)
async def test_each_refusal_has_its_reason(world, method, message, reason):
    """Programs act on the code, people on the sentence."""
    assert (await refused(getattr(world.amendments, method)(message))).reason.code == reason


async def test_a_remark_and_a_decision_date_have_their_bounds(world):
    """A decision is not taken tomorrow, and a remark is not a book."""
    fault = await refused(world.draft(text("joint-1").replace("decided: 2026-11-20", "decided: 2026-11-22")))
    assert fault.reason.code == "AMENDMENT_DECIDED_LATER"
    await world.draft(text("joint-1"))
    message = am.ReviewAmendmentRequest(request_id="long", id="joint-1", note="长" * 2001)
    with use_claim(REVIEWER):
        assert (
            await refused(world.amendments.ReviewAmendment(message))
        ).reason.code == "AMENDMENT_NOTE_TOO_LONG"
