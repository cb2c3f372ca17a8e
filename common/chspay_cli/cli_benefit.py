"""``chspay benefit``: contracts 家庭医生签约, referrals 转诊, and what stays cost the insured.

Exit codes: 0 done; 2 bad input or refused; 3 not reachable.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import typer

from chspay.capitation.v1 import benefit_pb2, benefit_pb2_grpc, stays_pb2, stays_pb2_grpc
from chspay_cli.remote import CapitationOption, HomeOption, ask_capitation
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_core.period import parse_day
from chspay_kit.convert import date_to_pb

#: Generated stubs carry no types.
_BENEFIT: Any = benefit_pb2_grpc.BenefitServiceStub
_STAYS: Any = stays_pb2_grpc.StayServiceStub

app = typer.Typer(
    no_args_is_help=True,
    help="签约、转诊与住院待遇。",
    rich_markup_mode=None,
    epilog="""例：

  chspay benefit contract 990100 QY2026-1 人员标识 T1 --since 2026-01-01

  chspay benefit referral 990100 ZZ2026-1 人员标识 T1:1 H1:2 --day 2026-03-09 --diagnosis I21.0

  chspay benefit stay 990100 ZY1 人员标识 H1 --admitted 2026-03-10 --discharged 2026-03-18 --eligible 10000

  chspay benefit reverse 990100 H1 ZY1 --document 退费单2026-3
""",
)
Pool = Annotated[str, typer.Argument(help="统筹区代码")]
Person = Annotated[str, typer.Argument(help="人员标识")]


@app.command()
def contract(
    pool: Pool,
    contract_no: Annotated[str, typer.Argument(help="签约编号")],
    person_key: Person,
    institution: Annotated[str, typer.Argument(help="签约机构")],
    since: Annotated[str, typer.Option("--since", help="自何日起")],
    until: Annotated[str, typer.Option("--until", help="到何日为止，当日不含")] = "",
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """登记一份家庭医生签约；与已有签约重叠时拒绝。"""
    given = benefit_pb2.Contract(
        contract_no=contract_no, pool=pool, person_key=person_key, institution=institution,
        since=date_to_pb(parse_day(since, "--since")),
    )  # fmt: skip
    if until:
        given.until.CopyFrom(date_to_pb(parse_day(until, "--until")))
    request = benefit_pb2.PutContractRequest(request_id=_fresh(), contract=given)
    found = ask_capitation(lambda channel: _BENEFIT(channel).PutContract(request), target, home).contract
    typer.echo(f"{found.contract_no}  {found.institution}  自{since}")


@app.command()
def referral(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Pool,
    referral_no: Annotated[str, typer.Argument(help="转诊编号")],
    person_key: Person,
    sender: Annotated[str, typer.Argument(help="转出机构:等级，例如 T1:1")],
    receiver: Annotated[str, typer.Argument(help="转入机构:等级，例如 H1:2")],
    day: Annotated[str, typer.Option("--day", help="转诊日")],
    diagnosis: Annotated[str, typer.Option("--diagnosis", help="诊断编码")],
    reason: Annotated[str, typer.Option("--reason", help="政策规定的理由代码")] = "",
    outside: Annotated[bool, typer.Option("--outside", help="转往统筹区外")] = False,
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """登记一次转诊，按病种目录判断并写明理由。"""
    places = [_place(text, name) for text, name in ((sender, "转出机构"), (receiver, "转入机构"))]
    given = benefit_pb2.Referral(
        referral_no=referral_no, pool=pool, person_key=person_key, from_institution=places[0][0],
        from_level=places[0][1], to_institution=places[1][0], to_level=places[1][1], out_of_area=outside,
        day=date_to_pb(parse_day(day, "--day")), diagnosis=diagnosis, reason=reason,
    )  # fmt: skip
    request = benefit_pb2.PutReferralRequest(request_id=_fresh(), referral=given)
    found = ask_capitation(lambda channel: _BENEFIT(channel).PutReferral(request), target, home).referral
    typer.echo(
        f"{found.referral_no}  {'符合' if found.called_for else '不符合'}  {found.text}  {found.citation}"
    )


@app.command()
def stay(  # noqa: PLR0913, PLR0917 - one parameter per option
    pool: Pool,
    stay_id: Annotated[str, typer.Argument(help="住院号")],
    person_key: Person,
    institution: Annotated[str, typer.Argument(help="医疗机构")],
    admitted: Annotated[str, typer.Option("--admitted", help="入院日")],
    discharged: Annotated[str, typer.Option("--discharged", help="出院日")],
    eligible: Annotated[str, typer.Option("--eligible", help="合规费用，元")],
    level: Annotated[int, typer.Option("--level", help="只用于没有登记的统筹区外机构")] = 0,
    emergency_proof: Annotated[str, typer.Option("--emergency", help="急诊入院的证明材料")] = "",
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """结算一次住院的待遇，连同已结算的住院只付一次起付线。"""
    facts = stays_pb2.StayFacts(
        stay_id=stay_id, person_key=person_key, institution=institution, level=level,
        emergency=bool(emergency_proof), emergency_proof=emergency_proof,
        admitted=date_to_pb(parse_day(admitted, "--admitted")),
        discharged=date_to_pb(parse_day(discharged, "--discharged")),
        eligible_fen=yuan_to_fen(eligible, "--eligible"),
    )  # fmt: skip
    request = stays_pb2.SettleStayRequest(request_id=_fresh(), pool=pool, facts=facts)
    answer = ask_capitation(lambda channel: _STAYS(channel).SettleStay(request), target, home)
    _told(answer.stay, sheet=True)
    _changed(answer.changed)


@app.command()
def reverse(
    pool: Pool,
    institution: Annotated[str, typer.Argument(help="医疗机构")],
    stay_id: Annotated[str, typer.Argument(help="住院号")],
    document: Annotated[str, typer.Option("--document", help="撤销的依据")],
    target: CapitationOption = "",
    home: HomeOption = None,
) -> None:
    """撤销一次住院的结算；视为一次住院的其他住院随之重新计算。"""
    request = stays_pb2.ReverseStayRequest(
        request_id=_fresh(), pool=pool, institution=institution, stay_id=stay_id, document=document
    )
    answer = ask_capitation(lambda channel: _STAYS(channel).ReverseStay(request), target, home)
    _told(answer.stay)
    _changed(answer.changed)


@app.command()
def person(pool: Pool, person_key: Person, target: CapitationOption = "", home: HomeOption = None) -> None:
    """一个人的签约、转诊和住院。"""

    async def work(channel: Any) -> tuple[Any, Any, Any]:
        asked = {"pool": pool, "person_key": person_key}
        contracts = await _BENEFIT(channel).ListContracts(benefit_pb2.ListContractsRequest(**asked))
        referrals = await _BENEFIT(channel).ListReferrals(benefit_pb2.ListReferralsRequest(**asked))
        stays = await _STAYS(channel).ListStays(stays_pb2.ListStaysRequest(**asked))
        return contracts.contracts, referrals.referrals, stays.stays

    contracts, referrals, stays = ask_capitation(work, target, home)
    for item in contracts:
        until = f" 至 {_day(item.until)}" if item.HasField("until") else ""
        typer.echo(f"签约 {item.contract_no}  {item.institution}  {_day(item.since)}{until}")
    for item in referrals:
        typer.echo(f"转诊 {item.referral_no}  {item.from_institution}→{item.to_institution}  {item.text}")
    for item in stays:
        _told(item)


def _told(item: stays_pb2.PersonStayRecord, *, sheet: bool = False) -> None:
    facts, last = item.facts, item.benefits[-1]
    linked = f"，与{last.linked_to}视为一次" if last.linked_to else ""
    taken = f"  已撤销（{item.reversed_by_document}）" if item.reversed_by_document else ""
    typer.echo(
        f"住院 {facts.institution}/{facts.stay_id}  {_day(facts.admitted)} 至 {_day(facts.discharged)}  "
        f"起付线{fen_to_yuan(last.deductible_fen)}元{linked}  基金{fen_to_yuan(last.fund_fen)}元{taken}"
    )
    for line in last.worksheet.lines if sheet else ():
        typer.echo(f"  {line.label}：{line.value}{line.unit}  {line.formula}  {line.citation}".rstrip())


def _changed(items: Any) -> None:
    for item in items:
        typer.echo(f"随之改变：{item.benefits[-1].cause}")
        _told(item)


def _place(text: str, name: str) -> tuple[str, int]:
    code, found, level = text.rpartition(":")
    if not found or level not in {"1", "2", "3"}:
        raise typer.BadParameter(f"{name}应写作 机构:等级，例如 T1:1")
    return code, int(level)


def _day(day: Any) -> str:
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"


def _fresh() -> str:
    return f"cli-{uuid.uuid4().hex}"
