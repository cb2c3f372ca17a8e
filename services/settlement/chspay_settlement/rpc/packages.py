"""Packages and proofs over gRPC."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import statement_package_pb2 as pb
from chspay.settlement.v1 import statement_package_pb2_grpc
from chspay_settlement.app.proof.packages import Packages

NAME = "chspay.settlement.v1.StatementPackageService"
Context = Any


class PackageServicer(statement_package_pb2_grpc.StatementPackageServiceServicer):
    """Serves ``StatementPackageService``; reads only."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, packages: Packages) -> None:
        self._packages = packages

    async def ExportPackage(
        self, request: pb.ExportPackageRequest, _context: Context
    ) -> pb.ExportPackageResponse:
        """A hospital's package of a finished run."""
        found = await self._packages.export(request.run_id, request.hospital_code)
        return pb.ExportPackageResponse(content=found.content, digest=found.digest, file_name=found.file_name)

    async def GetCaseProof(
        self, request: pb.GetCaseProofRequest, _context: Context
    ) -> pb.GetCaseProofResponse:
        """The proof that one case is counted."""
        proof, root = await self._packages.case_proof(request.run_id, request.hospital_code, request.case_id)
        return pb.GetCaseProofResponse(proof=proof, root=root)

    async def GetPackageKey(
        self, _request: pb.GetPackageKeyRequest, _context: Context
    ) -> pb.GetPackageKeyResponse:
        """The public key packages are signed with."""
        return pb.GetPackageKeyResponse(public_key=self._packages.key.public_hex())
