"""Who sees what of experts: on every endpoint and in SQL, no name crosses to the other side."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import asyncpg
import experts_world as ew
import pytest
import pytest_asyncio
from google.protobuf.message import Message
from typer.testing import CliRunner

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_cli.cli_draw import app as draw_app
from chspay_dispute.app.register_desk import RegisterDesk
from chspay_dispute.engine.experts.stream import commitment
from chspay_dispute.store import attachments
from chspay_dispute.store.attachments import StoredAttachment
from chspay_dispute.store.scope import act_as
from chspay_kit.auth import Claim, use_claim
from chspay_kit.db import current_connection

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLES = ("expert", "expert_note", "draw_batch", "panel", "panel_seat", "panel_sheet", "panel_vote",
          "desensitised", "cross_round", "cross_record", "cross_review")  # fmt: skip
NAMES = (ew.SECRET_NAME, ew.HOSPITAL, "990101", "20260012345", "list-", "2026-01-02", "DC-T")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(migrated_db):
    """A panel at work on one case, with one paper looked through and one not."""
    async with ew.world(migrated_db) as running:
        running.ids = await ew.pool(running)
        running.case_no = await ew.waiting_case(running)
        async with running.database.unit(ew.SYSTEM):
            for name, mark in (("A1", True), ("A2", True), ("A3", False)):
                paper = StoredAttachment(
                    name, running.case_no, "病历", f"{ew.SECRET_NAME}{name}.txt", "text/plain", 4, "ab" * 32,
                    mark, "HOSP", ew.FILER.subject, date(2026, 4, 7),
                )  # fmt: skip
                await attachments.put(await current_connection(), paper, b"text", (ew.HOSPITAL, "990101"))
        with use_claim(ew.COUNTY):
            for name in ("A1",):
                marking = pb.MarkDesensitisedRequest(
                    request_id=ew.fresh(), case_no=running.case_no, attachment_id=name, digest="ab" * 32
                )
                await running.draws.MarkDesensitised(marking)
            marking = pb.MarkDesensitisedRequest(
                request_id=ew.fresh(), case_no=running.case_no, attachment_id="A3", digest="ab" * 32
            )
            assert await ew.refused(running.draws.MarkDesensitised(marking)) == "PAPER_NOT_FOR_EXPERTS"
        running.batch, running.secret = await ew.drawn(running, running.case_no)
        running.panel_id = running.batch.panel_ids[0]
        running.members = await ew.declared(running, running.panel_id)
        yield running


def texts(message: Message) -> str:
    """Everything a message says."""
    return str(message)


async def test_an_expert_learns_no_name_on_any_endpoint(here):
    """Neither institution nor patient nor day of the case reaches who judges it, and no fellow's name."""
    me, other = here.members[0], here.members[1]
    await ew.score(here, here.panel_id, other)
    with use_claim(ew.expert_claim(me)):
        answers = [
            await here.panels.ListReviews(pb.ListReviewsRequest()),
            await here.panels.GetReview(pb.GetReviewRequest(panel_id=here.panel_id)),
            await here.experts.GetExpert(pb.GetExpertRequest()),
            await here.draws.VerifyBatch(pb.VerifyBatchRequest(batch_id=here.batch.batch_id)),
        ]
        pack = answers[1].pack
        assert len(pack.files) == 1
        assert not answers[1].sheets
        file = pb.GetReviewFileRequest(panel_id=here.panel_id, file_id=pack.files[0].file_id)
        answers.append(await here.panels.GetReviewFile(file))
        assert answers[-1].content == b"text"
        said = "".join(texts(one) for one in answers)
        for name in (*NAMES, other):
            assert name not in said, name
        assert "■■■" in pack.dispute
        file.file_id = "0" * 16
        assert await ew.refused(here.panels.GetReviewFile(file)) == "PACK_PAPER_UNKNOWN"
        for asked in (
            here.experts.GetExpert(pb.GetExpertRequest(expert_id=other)),
            here.experts.ListExperts(pb.ListExpertsRequest()),
            here.draws.GetBatch(pb.GetBatchRequest(batch_id=here.batch.batch_id)),
            here.draws.ListBatches(pb.ListBatchesRequest()),
            here.draws.ListWaiting(pb.ListWaitingRequest()),
            here.draws.ExplainList(pb.ExplainListRequest(panel_id=here.panel_id)),
            here.panels.GetPanel(pb.GetPanelRequest(panel_id=here.panel_id)),
            here.panels.ListPanels(pb.ListPanelsRequest()),
            here.panels.ListQuality(pb.ListQualityRequest(pool=ew.POOL)),
        ):
            assert await ew.refused(asked) in {"ROLE_DENIED", "DUTY_DENIED", "EXPERT_UNKNOWN"}


async def test_an_institution_and_a_handler_learn_no_expert_on_any_endpoint(here):
    """Who is judged, and who handles the case, must not know who judges."""
    for claim in (ew.FILER, ew.COUNTY, ew.CITY):
        with use_claim(claim):
            for asked in (
                here.experts.ListExperts(pb.ListExpertsRequest(pool=ew.POOL)),
                here.experts.GetExpert(pb.GetExpertRequest(expert_id=here.members[0])),
                here.draws.GetBatch(pb.GetBatchRequest(batch_id=here.batch.batch_id)),
                here.draws.ListBatches(pb.ListBatchesRequest()),
                here.draws.ListWaiting(pb.ListWaitingRequest()),
                here.draws.ExplainList(pb.ExplainListRequest(panel_id=here.panel_id)),
                here.panels.GetPanel(pb.GetPanelRequest(panel_id=here.panel_id)),
                here.panels.ListPanels(pb.ListPanelsRequest(case_no=here.case_no)),
                here.panels.ListQuality(pb.ListQualityRequest(pool=ew.POOL)),
                here.panels.ListReviews(pb.ListReviewsRequest()),
                here.panels.GetReview(pb.GetReviewRequest(panel_id=here.panel_id)),
            ):
                refusals = {"ROLE_DENIED", "DUTY_DENIED", "REGION_DENIED", "EXPERT_UNKNOWN"}
                assert await ew.refused(asked) in refusals
            checked = await here.draws.VerifyBatch(pb.VerifyBatchRequest(batch_id=here.batch.batch_id))
            assert not any(one in texts(checked) for one in here.members)


async def test_the_rows_themselves_are_closed(here):
    """A mistake in a use-case must meet the row policies behind it."""

    async def visible(claim: Claim) -> dict[str, int]:
        async with here.database.unit(claim):
            connection = await current_connection()
            return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in TABLES}

    assert set((await visible(ew.FILER)).values()) == {0}
    assert set((await visible(Claim("user:ning", "bureau", region="3301"))).values()) == {0}
    seen = await visible(ew.expert_claim(here.members[0]))
    assert {name: count for name, count in seen.items() if count} == {
        "expert": 1, "expert_note": seen["expert_note"], "panel_seat": 1,
    }  # fmt: skip
    async with here.database.unit(ew.expert_claim(here.members[0])):
        connection = await current_connection()
        for name in ("docket", "history", "dispute_case", "attachment", "case_decision"):
            assert await connection.fetchval(f"SELECT count(*) FROM {name}") == 0, name
    async with here.database.unit(ew.FILER):
        steps = await (await current_connection()).fetch("SELECT payload FROM history")
        assert steps
        assert not any(one.encode() in bytes(row["payload"]) for row in steps for one in here.members)
    async with here.database.unit(ew.SYSTEM):
        bodies = await (await current_connection()).fetch("SELECT body FROM register_entry")
        for one in (*here.members, *NAMES[:2], "专家1"):
            assert not any(one.encode() in bytes(row["body"]) for row in bodies), one


async def test_what_was_drawn_cannot_be_undone_in_sql(here):
    """Not even whoever may write the rows can put another panel in the place of the drawn one."""
    for statement in (
        "UPDATE draw_batch SET state = 'opened'",
        "UPDATE panel SET drawn = '{}'",
        "UPDATE panel_sheet SET digest = ''",
        "DELETE FROM panel_vote",
    ):
        with pytest.raises(asyncpg.PostgresError):  # noqa: PT012 - the unit is part of it
            async with here.database.pool.acquire() as connection, connection.transaction():
                await act_as(connection, ew.SYSTEM)
                await connection.execute(statement)


async def test_a_draw_keeps_its_order(here):
    """Commitment, lists, beacon: no step before its time, no other secret, no officer of both."""
    case_no, secret = await ew.waiting_case(here), "ab" * 32
    both = Claim("user:liang", "bureau", region="9901", duties=("handling", "secretary"))
    opening = pb.OpenBatchRequest(
        request_id=ew.fresh(), pool=ew.POOL, commitment=commitment(secret), beacon_source="演示公开信标第2期"
    )
    opening.beacon_at.FromDatetime(datetime.now(UTC) + timedelta(seconds=3))
    with use_claim(both):
        assert await ew.refused(here.draws.OpenBatch(opening)) == "SECRETARY_HANDLES"
    with use_claim(ew.SECRETARY):
        batch = (await here.draws.OpenBatch(opening)).batch
        opening.request_id = ew.fresh()
        assert await ew.refused(here.draws.OpenBatch(opening)) == "COMMITMENT_USED"
        drawing = pb.DrawBatchRequest(
            request_id=ew.fresh(), batch_id=batch.batch_id, secret=secret, beacon="1"
        )
        assert await ew.refused(here.draws.DrawBatch(drawing)) == "BATCH_STATE"
        closing = pb.CloseBatchRequest(
            request_id=ew.fresh(), batch_id=batch.batch_id, case_nos=[here.case_no]
        )
        assert await ew.refused(here.draws.CloseBatch(closing)) == "CASE_NOT_WAITING"
        closing = pb.CloseBatchRequest(request_id=ew.fresh(), batch_id=batch.batch_id, case_nos=[case_no])
        await here.draws.CloseBatch(closing)
        drawing.request_id = ew.fresh()
        assert await ew.refused(here.draws.DrawBatch(drawing)) == "BEACON_WAITS"
        await asyncio.sleep(3)
        drawing.request_id, drawing.secret = ew.fresh(), "ac" * 32
        assert await ew.refused(here.draws.DrawBatch(drawing)) == "SECRET_WRONG"
    with use_claim(ew.expert_claim(here.ids[0])):
        assert await ew.refused(here.draws.DrawBatch(drawing)) in {"BATCH_UNKNOWN", "ROLE_DENIED"}


async def test_the_exported_register_verifies_offline_and_a_changed_list_does_not(here, tmp_path):
    """An outsider has a file and a command; the service may be gone."""
    from chspay_kit.sm2 import Sm2Key

    async with here.database.unit(ew.SYSTEM):
        with use_claim(ew.SYSTEM):
            content = (await RegisterDesk(Sm2Key.generate()).chain(ew.POOL)).content
    file = tmp_path / "register.json"
    file.write_bytes(content)
    runner = CliRunner()
    said = runner.invoke(draw_app, ["verify", str(file), "--batch", here.batch.batch_id])
    assert said.exit_code == 0, said.output
    assert f"相符  {here.batch.batch_id}  已抽取  专家组1个" in said.output
    as_json = runner.invoke(draw_app, ["verify", str(file), "--json"])
    assert json.loads(as_json.output)["ok"] is True
    changed = content.replace(b'\\"recent\\":0', b'\\"recent\\":9', 1)
    assert changed != content
    file.write_bytes(changed)
    again = runner.invoke(draw_app, ["verify", str(file)])
    assert again.exit_code != 0
