"""Lists that arrive by the clock, whether or not the earlier ones are answered, in a process of its own.

``python arrivals.py HOST PORT KEY HOSPITAL CONNECTIONS RATE COUNT FIRST < list.json`` sends ``COUNT`` 4101
messages made from the list, ``RATE`` a second (0: all at once), and prints one line of JSON: of every
accepted list its number, its list id, when it was due and when it was answered (seconds of the clock);
how often one was told to come again; and what was refused for good.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from typing import Any

PATH = "/fsi/api/rsfComIfsService/callService"
POOL = "990100"
#: Answers that mean "come again", and after how many seconds that is done.
AGAIN, PAUSE = (b"429", b"502", b"503", b"504"), 0.25


def message_of(number: int, hospital: str, record: dict[str, Any]) -> bytes:
    """A 4101 message of a list of its own."""
    setlinfo = {
        **record["setlinfo"],
        "fixmedins_code": hospital,
        "insuplc": "990101",
        "setl_id": f"A{number:09d}",
        "mdtrt_id": f"M{number:09d}",
        "psn_no": f"99{number:018d}",
        "medcasno": f"BA{number:09d}",
        "bill_no": f"{number:010d}",
        "biz_sn": f"YW{number:010d}",
    }
    return json.dumps(
        {
            "infno": "4101",
            "msgid": f"{hospital}{20260112000000 + number // 10_000}{number % 10_000:04d}",
            "mdtrtarea_admvs": POOL,
            "insuplc_admdvs": POOL,
            "infver": "1.0.0",
            "opter_type": "1",
            "opter": "1",
            "opter_name": "演示",
            "inf_time": "2026-01-12 10:30:00",
            "fixmedins_code": hospital,
            "input": {**record, "setlinfo": setlinfo},
        }
    ).encode()


class Arrivals:
    """What is due, and what came of it."""

    def __init__(self, head: bytes, hospital: str, record: dict[str, Any], count: int) -> None:
        self._head, self._hospital, self._record, self._count = head, hospital, record, count
        #: (number, due) of lists that wait for a connection.
        self.waiting: deque[tuple[int, float]] = deque()
        self.idle: list[Sender] = []
        self.accepted: list[tuple[int, str, float, float]] = []
        self.refused: list[str] = []
        self.again = 0
        #: Set when every list is accepted or refused.
        self.settled = asyncio.Event()

    def request(self, number: int) -> bytes:
        """The whole request as bytes."""
        body = message_of(number, self._hospital, self._record)
        return self._head + b"Content-Length: %d\r\n\r\n" % len(body) + body

    def due(self, number: int, at: float) -> None:
        """A list has arrived; an idle connection sends it, or it waits for one."""
        self.waiting.append((number, at))
        if self.idle:
            self.idle.pop().next()

    def answered(self, number: int, due: float, status: bytes, body: bytes) -> None:
        """Notes an answer; who is told to come again comes again with the very same message."""
        if status in AGAIN:
            self.again += 1
            asyncio.get_running_loop().call_later(PAUSE, self.due, number, due)
            return
        found = json.loads(body)
        if status == b"200" and str(found["infcode"]) == "0":
            self.accepted.append((number, found["output"]["setl_list_id"], due, time.time()))
        else:
            self.refused.append(body.decode())
        if len(self.accepted) + len(self.refused) == self._count:
            self.settled.set()


class Sender(asyncio.Protocol):
    """One kept connection: one request at a time."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self.next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        self._arrivals.answered(*self._sent, head[9:12], rest[:length])
        self.next()

    def next(self) -> None:
        """Sends what waits longest, or rests."""
        if not self._arrivals.waiting:
            self._arrivals.idle.append(self)
            return
        self._sent = self._arrivals.waiting.popleft()
        self._transport.write(self._arrivals.request(self._sent[0]))


async def run(
    host: str, port: int, key: str, hospital: str, connections: int, rate: float, count: int, first: int
) -> None:
    """Sends the lists and prints what became of them."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()
    arrivals = Arrivals(head, hospital, json.load(sys.stdin), count)
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Sender(arrivals), host, port)
    began = time.time()
    for number in range(count):
        at = began + (number / rate if rate else 0.0)
        await asyncio.sleep(max(0.0, at - time.time()))
        arrivals.due(first + number, at)
    await arrivals.settled.wait()
    print(
        json.dumps(
            {"accepted": arrivals.accepted, "again": arrivals.again, "refused": arrivals.refused[:5]},
        )
    )


if __name__ == "__main__":
    host, port, key, hospital, connections, rate, count, first = sys.argv[1:9]
    asyncio.run(run(host, int(port), key, hospital, int(connections), float(rate), int(count), int(first)))
