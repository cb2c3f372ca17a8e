"""Runs one service in this process: ``chspay serve NAME``, and what the supervisor starts.

A service is a package ``chspay_<name>`` with ``settings.py`` (``<Name>Settings``) and ``main.py``
(``async def main(settings)``). Only that package is imported, except that the rulebook is told what the
engines know, so that it can check an amendment without knowing an engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

import uvloop

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.supervise import follow_parent

NAMES = (
    "grouper", "rulebook", "budget", "settlement", "capitation", "perdiem", "dispute", "gateway", "portal",
)  # fmt: skip
SERVICE_UNKNOWN = Reason("SERVICE_UNKNOWN", Kind.INVALID, "没有名为 {value} 的服务；可选：{known}")


def serve(name: str) -> None:
    """Serve ``name`` until SIGTERM or SIGINT; settings come from the environment (``CHSPAY_*``).

    :raises Fault: SERVICE_UNKNOWN, or what is wrong with a setting, the port or the database.
    """
    if name not in NAMES:
        raise Fault(SERVICE_UNKNOWN, value=name, known="、".join(NAMES))
    settings = getattr(import_module(f"chspay_{name}.settings"), f"{name.capitalize()}Settings")
    main = import_module(f"chspay_{name}.main").main
    plugged = {name: load() for name, load in _PLUGGED.get(name, {}).items()}
    follow_parent()
    uvloop.run(main(settings(), **plugged))


def _knowledge() -> object:
    from chspay_cli.engines import knowledge

    return knowledge()


#: What a service is given besides its settings, by parameter.
_PLUGGED: dict[str, dict[str, Callable[[], object]]] = {"rulebook": {"engines": _knowledge}}


if __name__ == "__main__":
    try:
        serve(sys.argv[1])
    except Fault as fault:
        print(f"错误 {fault.reason.code}：{fault.message}", file=sys.stderr)
        sys.exit(2)
