"""Own cheque 自核 over HTTP: the signed package of a hospital's month, and the proof of one case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from chspay.settlement.v1 import statement_package_pb2 as pb
from chspay_gateway.rest.types import Answer, Code
from chspay_gateway.session import Caller

router = APIRouter(prefix="/api/v1", tags=["自核"])
_Run = Annotated[Code, Path(description="月结编号")]
_Hospital = Annotated[Code, Path(description="医疗机构编码")]


class PackageKeyOut(Answer):
    """签发数据包的公钥；核对时请用从经办机构另行取得的公钥。"""

    public_key: str = Field(description="SM2公钥，04开头的十六进制")


class CaseProofOut(Answer):
    """一个病例已计入公布总额的证明。"""

    proof: str = Field(description="证明的字节，十六进制")
    root: str = Field(description="公布的总额根，十六进制")


@router.get(
    "/runs/{run_id}/packages/{hospital_code}",
    summary="取得一家医疗机构的自核数据包",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "数据包（ZIP），已签名"}},
)
async def export_package(caller: Caller, run_id: _Run, hospital_code: _Hospital) -> Response:
    """只含这家机构自己的病例和公布的数字；带回去用 chspay verify 离线重算，差额应为零分。"""
    answer = await caller.services.packages.ExportPackage(
        pb.ExportPackageRequest(run_id=run_id, hospital_code=hospital_code)
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{answer.file_name}"',
        "X-Content-SM3": answer.digest,
    }
    return Response(answer.content, media_type="application/zip", headers=headers)


@router.get("/runs/{run_id}/packages/{hospital_code}/proof", summary="取得一个病例的总额证明")
async def case_proof(
    caller: Caller,
    run_id: _Run,
    hospital_code: _Hospital,
    case_id: Annotated[Code, Query(min_length=1, description="病例号")],
) -> CaseProofOut:
    """小于4千字节；只证明这一例，不含本机构其他病例，也不含其他机构。"""
    answer = await caller.services.packages.GetCaseProof(
        pb.GetCaseProofRequest(run_id=run_id, hospital_code=hospital_code, case_id=case_id)
    )
    return CaseProofOut(proof=answer.proof.hex(), root=answer.root)


@router.get("/package-key", summary="查询签发数据包的公钥")
async def package_key(caller: Caller) -> PackageKeyOut:
    """经办机构应另行公布它，医疗机构核对数据包时以公布的为准。"""
    answer = await caller.services.packages.GetPackageKey(pb.GetPackageKeyRequest())
    return PackageKeyOut(public_key=answer.public_key)
