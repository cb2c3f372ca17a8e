"""A load generator in a process of its own: keep-alive HTTP/1.1 over bare sockets, so that it costs little.

``python load.py HOST PORT KEY HOSPITAL CONNECTIONS SECONDS FIRST`` sends distinct settlement lists and
prints one line of JSON: how many were accepted, refused, per second, and the latencies in milliseconds.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time

DIAGNOSES = ("I63.900", "J18.900", "K80.100", "N20.000", "S72.000", "O82.000", "C34.900", "I21.900")


def body_of(number: int, hospital: str) -> bytes:
    """A sound list; group, cost and day vary with the number."""
    cost = 500_000 + number * 7919 % 900_000
    return json.dumps(
        {
            "case_id": f"B{number:09d}",
            "hospital_code": hospital,
            "admission_date": f"2026-03-{1 + number % 9:02d}",
            "discharge_date": f"2026-03-{10 + number % 20:02d}",
            "sex": 1 + number % 2,
            "age_years": 20 + number % 60,
            "department": "A03.05",
            "leaving_type": "1",
            "diagnoses": [DIAGNOSES[number % len(DIAGNOSES)], "I10.x00", "E11.900"],
            "procedures": ["39.5000"] if number % 3 == 0 else [],
            "total_cost": f"{cost // 100}.{cost % 100:02d}",
            "patient_paid": f"{cost // 400}.00",
            "identity": {"person_no": f"99{number:016d}", "name": "演示", "certificate_no": f"D{number}"},
        }
    ).encode()


def request_of(number: int, host: str, key: str, hospital: str) -> bytes:
    """The whole request as bytes."""
    body = body_of(number, hospital)
    head = (
        f"POST /api/v1/lists HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"Idempotency-Key: bench-{number}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Client(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last one is complete."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return
        self._load.note(time.perf_counter() - self._sent, head[9:12] == b"201", rest)
        self._buffer = rest[length:]
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _next(self) -> None:
        if time.perf_counter() >= self._load.until:
            self._transport.close()
            return
        request = self._load.next()
        self._sent = time.perf_counter()
        self._transport.write(request)


class Load:
    """What is sent, and what came of it."""

    def __init__(self, host: str, key: str, hospital: str, seconds: float, first: int) -> None:
        self._make = lambda number: request_of(number, host, key, hospital)
        self._numbers = itertools.count(first)
        self.until = time.perf_counter() + seconds
        self.latencies: list[float] = []
        self.refused: list[bytes] = []

    def next(self) -> bytes:
        return self._make(next(self._numbers))

    def note(self, seconds: float, accepted: bool, answer: bytes) -> None:
        self.latencies.append(seconds)
        if not accepted:
            self.refused.append(answer)


async def run(
    host: str, port: int, key: str, hospital: str, connections: int, seconds: float, first: int
) -> None:
    """Loads the gateway and prints what was reached."""
    load = Load(host, key, hospital, seconds, first)
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: Client(load), host, port))[1] for _ in range(connections)
    ]
    await asyncio.gather(*(client.done for client in clients))
    took = time.perf_counter() - began
    ordered = sorted(load.latencies)
    accepted = len(ordered) - len(load.refused)
    print(
        json.dumps(
            {
                "connections": connections,
                "accepted": accepted,
                "refused": len(load.refused),
                "first_refusal": load.refused[0].decode() if load.refused else "",
                "per_second": round(accepted / took, 1),
                "p50_ms": round(ordered[len(ordered) // 2] * 1000, 2),
                "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 2),
            }
        )
    )


if __name__ == "__main__":
    host, port, key, hospital, connections, seconds, first = sys.argv[1:8]
    asyncio.run(run(host, int(port), key, hospital, int(connections), float(seconds), int(first)))
