"""``chspay policy export``: the policy folder with every published amendment as a file in it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from chspay.rulebook.v1 import amendments_pb2, amendments_pb2_grpc, rulebook_pb2, rulebook_pb2_grpc
from chspay_cli.cli_policy_lint import RootOption
from chspay_cli.remote import HomeOption, TargetOption, ask_rulebook
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy_files import AMENDMENTS, load_shared, place_folders
from chspay_kit.convert import date_to_pb
from chspay_kit.grpc_client import Channel
from chspay_policy import ROOT

OUT_TAKEN = Reason("POLICY_OUT_TAKEN", Kind.INVALID, "{value}已经存在，请另给一个新文件夹。")
OUT_UNWRITABLE = Reason("POLICY_OUT_UNWRITABLE", Kind.INVALID, "不能写入{value}（{why}）。")
EXPORT_DIFFERS = Reason(
    "POLICY_EXPORT_DIFFERS",
    Kind.PRECONDITION,
    "{value}导出后的政策包与服务中的不一致：服务所用的政策库不是{root}。请用 --policy-root 指明它。",
)
#: Generated stubs carry no types.
_AMENDMENTS: Any = amendments_pb2_grpc.AmendmentServiceStub
_RULEBOOK: Any = rulebook_pb2_grpc.RulebookServiceStub
#: Any day: a bundle holds all of them.
_DAY = date(2026, 1, 1)


def export(
    out: Annotated[Path, typer.Argument(help="新文件夹")],
    policy_root: RootOption = ROOT,
    target: TargetOption = "",
    home: HomeOption = None,
) -> None:
    """把政策库连同已公布的修订导出为文件：每份修订一个文件，放在所属地区的amendments里。

    导出后逐个地区核对：文件夹算出的政策包摘要与服务给出的完全一致，才算成功。

    例：

      chspay policy export policy-2026
    """
    if out.exists():
        raise Fault(OUT_TAKEN, value=out)
    published = ask_rulebook(_published, target, home)
    part = out.with_name(f".{out.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(policy_root, part, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        for item in published:
            _write(part, item)
        places = sorted({*place_folders(part), *(item.place for item in published)})
        served = ask_rulebook(lambda channel: _digests(channel, places), target, home)
        for place, digest in served.items():
            if Bundle.load(part, place).digest != digest:
                raise Fault(EXPORT_DIFFERS, value=place, root=policy_root)
        part.rename(out)
    except OSError as error:
        raise Fault(OUT_UNWRITABLE, value=out, why=error.strerror or type(error).__name__) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    typer.echo(
        f"{out}：{len(load_shared(out).names)}个地区登记，{len(published)}份修订，{len(served)}个摘要一致。"
    )


def _write(root: Path, item: amendments_pb2.Amendment) -> None:
    """One amendment as a file of its place.

    The order of names is that of publication, after those the folder held already (named by a number).
    """
    folder = place_folders(root).get(item.place, root / f"{item.place}-amended") / AMENDMENTS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"published-{item.number:06d}-{item.id}.yaml").write_text(item.content, "utf-8")


async def _published(channel: Channel) -> list[amendments_pb2.Amendment]:
    found: list[amendments_pb2.Amendment] = []
    token = ""
    while True:
        answer = await _AMENDMENTS(channel).ListAmendments(
            amendments_pb2.ListAmendmentsRequest(
                state=amendments_pb2.AMENDMENT_STATE_PUBLISHED, page_size=1000, page_token=token
            )
        )
        found += answer.amendments
        token = answer.next_page_token
        if not token:
            return sorted(found, key=lambda item: item.number)


async def _digests(channel: Channel, places: Sequence[str]) -> dict[str, str]:
    found = {}
    for place in places:
        request = rulebook_pb2.ResolveBundleRequest(place=place, on=date_to_pb(_DAY))
        answer = await _RULEBOOK(channel).ResolveBundle(request)
        found[place] = answer.digest
    return found
