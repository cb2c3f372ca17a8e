"""The gateway's REST interface as methods: the frequent jobs by name, every other one by its path."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from chspay_client.transport import Query, Transport, path_of

Json = dict[str, Any]
ENVELOPE_PATH = "/fsi/api/rsfComIfsService/callService"
PARQUET, CSV = "application/vnd.apache.parquet", "text/csv"
_PAGE = 1000


class Client:
    """What a key's holder may do.

    :param url: where the gateway answers, e.g. ``http://127.0.0.1:8080``.
    :param key: ``cp_…``.
    :param seconds: how long one try may take.
    :param tries: how often a request is sent when the gateway cannot be reached or asks to come again. A
        write keeps its request id over all tries, so it happens once.
    """

    def __init__(self, url: str, key: str, *, seconds: float = 30, tries: int = 5) -> None:
        if tries < 1:
            raise ValueError("tries: at least 1")
        self._transport = Transport(url, key, seconds, tries)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all connections."""
        self._transport.close()

    # --- any path -----------------------------------------------------------------------------------

    def get(self, *steps: str, **query: Query) -> Json:
        """``GET /api/v1/<steps>``; :raises NotFound, Denied, Refused, Unavailable:"""
        found: Json = self._transport.call("GET", path_of(steps), query=query).json()
        return found

    def each(self, *steps: str, **query: Query) -> Iterator[Json]:
        """All rows of a paged list, page after page as they are asked for."""
        token = ""
        while True:
            page = self.get(*steps, **{"page_size": _PAGE, **query, "page_token": token})
            yield from page["items"]
            token = page["next_page_token"]
            if not token:
                return

    def send(
        self, method: str, *steps: str, body: Mapping[str, Any] | None = None, request_id: str | None = None
    ) -> Json | None:
        """A write: POST, PUT or DELETE with a JSON body.

        :param request_id: to repeat a write of an earlier run of the program; the same id with the same body
            gets the same answer, with another body it is refused.
        """
        answer = self._transport.call(method, path_of(steps), request_id=request_id, json=body)
        found: Json | None = answer.json() if answer.content else None
        return found

    def download(self, *steps: str, **query: Query) -> bytes:
        """A file: a table as CSV or XLSX, a package, a payment order."""
        return self._transport.call("GET", path_of(steps), query=query).content

    # --- frequent jobs ------------------------------------------------------------------------------

    def submit_list(
        self,
        case: Mapping[str, Any],
        identity: Mapping[str, str] | None = None,
        *,
        request_id: str | None = None,
    ) -> Json:
        """Hands in one settlement list 结算清单; answers its number and group.

        :param case: columns of the canonical case table; money as text in yuan.
        :param identity: of the insured; kept encrypted, never given back.
        """
        body = {**case, "identity": identity} if identity else dict(case)
        return self._sent("POST", "lists", body=body, request_id=request_id)

    def import_lists(self, path: Path, *, request_id: str | None = None) -> Json:
        """Hands in a file of lists (.parquet or .csv); answers counts and every row at fault."""
        media = PARQUET if path.suffix == ".parquet" else CSV
        answer = self._transport.call(
            "POST",
            path_of(("lists", "import")),
            request_id=request_id,
            content=path.read_bytes(),
            media=media,
        )
        found: Json = answer.json()
        return found

    def attach(
        self, case_no: str, kind: str, file_name: str, content: bytes, *, request_id: str | None = None
    ) -> Json:
        """Hands in a paper of a dispute; answers its number and SM3.

        :param kind: what the rules of the pool ask for (``reason``, ``records`` …), or ``supplement`` …
        """
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="paper"\r\n\r\n'
        answer = self._transport.call(
            "POST",
            path_of(("disputes", "attachments")),
            request_id=request_id,
            query={"case_no": case_no, "kind": kind, "file_name": file_name},
            content=head.encode() + content + f"\r\n--{edge}--\r\n".encode(),
            media=f"multipart/form-data; boundary={edge}",
        )
        found: Json = answer.json()
        return found

    def group(self, case: Mapping[str, Any], *, place: str = "", on: str = "", scheme: str = "") -> Json:
        """The group of a case by a named scheme, or by the one in force at a place on a day; nothing kept."""
        return self._sent("POST", "group", body=_grouped(case, place, on, scheme))

    def explain_group(
        self, case: Mapping[str, Any], *, place: str = "", on: str = "", scheme: str = ""
    ) -> Json:
        """The same with every step and the rule behind it."""
        return self._sent("POST", "group", "explain", body=_grouped(case, place, on, scheme))

    def start_month(self, pool: str, year: int, month: int, *, request_id: str | None = None) -> Json:
        """Starts the settlement of a month 月度结算."""
        body = {"pool": pool, "year": year, "month": month}
        return self._sent("POST", "runs", body=body, request_id=request_id)

    def wait_for_run(
        self, run_id: str, told: Callable[[Json], None] = lambda _run: None, *, every: float = 1
    ) -> Json:
        """The run when it is over (``done``, ``failed`` or ``discarded``).

        :param told: gets the run whenever it has come further.
        :param every: seconds between two looks.
        """
        seen: tuple[object, ...] = ()
        while True:
            run = self.get("runs", run_id)
            step = run["state"], run["stage"], run["progress_done"]
            if step != seen:
                told(run)
                seen = step
            if run["state"] in {"done", "failed", "discarded"}:
                return run
            time.sleep(every)

    def statement(self, run_id: str, hospital_code: str) -> Json:
        """A hospital's statement 结算单 of a run."""
        return self.get("runs", run_id, "statements", hospital_code)

    def why(self, ref: str, *, depth: int = 1) -> Json:
        """Where an amount comes from; ``ref`` is one of the names that statements give under ``refs``."""
        return self.get("lineage", ref=ref, depth=depth)

    def national(self, message: Mapping[str, Any]) -> Json:
        """One message of the national platform interface; ``infcode`` of the answer says how it went."""
        answer = self._transport.call(
            "POST",
            ENVELOPE_PATH,
            content=json.dumps(message, ensure_ascii=False).encode(),
            media="application/json",
        )
        found: Json = answer.json()
        return found

    def _sent(self, method: str, *steps: str, **more: Any) -> Json:
        found = self.send(method, *steps, **more)
        if found is None:
            raise AssertionError("an answer of this path has a body")
        return found


def _grouped(case: Mapping[str, Any], place: str, on: str, scheme: str) -> Json:
    named = {"place": place, "on": on, "scheme": scheme}
    return {"case": dict(case), **{name: text for name, text in named.items() if text}}
