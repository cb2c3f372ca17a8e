"""9001 签到, 9002 签退. The number is told, never asked for: real clients work without it."""

from __future__ import annotations

from chspay_core.digest import sm3_hex
from chspay_gateway.envelope.exchange import Call, Outcome
from chspay_gateway.national.transactions.values import data_of, needed

_TIME = "%Y-%m-%d %H:%M:%S"


async def sign_in(call: Call) -> Outcome:
    """A number for the operator's day; the same message gets the same one."""
    needed(data_of(call, "signIn"), "opter_no")
    number = str(int(sm3_hex(call.message.request_id.encode())[:24], 16))[:20]
    return Outcome({"signinoutb": {"sign_time": call.received.strftime(_TIME), "sign_no": number}})


async def sign_out(call: Call) -> Outcome:
    """The time of leaving, in the node the platform gives it."""
    needed(data_of(call, "signOut"), "sign_no")
    told = call.received.strftime(_TIME)
    return Outcome({"sign_time": {"sign_time": told}, "signinoutb": {"sign_time": told, "sign_no": ""}})
