"""``MachineService`` on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chspay.dispute.v1 import machines_pb2 as pb
from chspay.dispute.v1 import machines_pb2_grpc
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.calendar import Calendar
from chspay_dispute.engine.machine import Machine
from chspay_kit.convert import date_to_pb

SERVICE = "chspay.dispute.v1.MachineService"
MACHINE_UNKNOWN = Reason("MACHINE_UNKNOWN", Kind.NOT_FOUND, "没有“{value}”的状态机；可选：{known}。")
Context = Any


class MachineServicer(machines_pb2_grpc.MachineServiceServicer):
    """Serves ``MachineService``."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, machines: Mapping[str, Machine], calendar: Calendar) -> None:
        self._machines, self._calendar = machines, calendar

    async def GetMachine(self, request: pb.GetMachineRequest, _context: Context) -> pb.GetMachineResponse:
        """States and transitions of an owner's machine."""
        machine = self._machines.get(request.owner)
        if machine is None:
            raise Fault(MACHINE_UNKNOWN, field="owner", value=request.owner, known="、".join(self._machines))
        return pb.GetMachineResponse(
            machine=machine.name,
            title=machine.title,
            start=machine.start,
            states=[
                pb.MachineState(state=state, text=machine.state_text(state), final=machine.final(state))
                for state in machine.states
            ],
            transitions=[
                pb.MachineTransition(
                    **{"from": item.source},
                    event=item.event,
                    to=item.target,
                    text=item.text,
                    roles=item.roles,
                    guards=[machine.guards[guard] for guard in item.guards],
                    clock=item.clock,
                    documents=item.documents,
                )
                for item in machine.transitions
            ],
        )

    async def GetCalendar(self, _request: pb.GetCalendarRequest, _context: Context) -> pb.GetCalendarResponse:
        """The working days that clocks count."""
        return pb.GetCalendarResponse(
            version=self._calendar.version,
            years=[
                pb.CalendarYear(
                    year=item.year,
                    document=item.document,
                    number=item.number,
                    issued=date_to_pb(item.issued),
                    evidence=item.evidence,
                    off=[date_to_pb(day) for day in sorted(item.off)],
                    work=[date_to_pb(day) for day in sorted(item.work)],
                )
                for item in self._calendar.years
            ],
        )
