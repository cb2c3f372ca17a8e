"""Replays a bundle in a process of its own and says how long each part took, as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from chspay_cli.replay_damage import open_bundle
from chspay_cli.replay_run import replay_bundle


def peak() -> int:
    """Highest memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def main(path: Path, threads: int) -> None:
    """Opens, reads the cases only, then replays."""
    said: dict[str, object] = {}
    began = time.perf_counter()
    with open_bundle(path) as package:
        said["open"] = time.perf_counter() - began
        began = time.perf_counter()
        file = pq.ParquetFile(package.path("cases.parquet"), memory_map=True)
        rows = sum(batch.num_rows for batch in file.iter_batches(1 << 16))
        said |= {"read": time.perf_counter() - began, "rows": rows, "read_peak": peak()}
        began, spent = time.perf_counter(), time.process_time()
        (done,) = replay_bundle(package, threads)
        said |= {"replay": time.perf_counter() - began, "cpu": time.process_time() - spent}
    said |= {"peak": peak(), "same": done.same, "cases": done.cases, "digest": done.found}
    said |= {"outputs": done.outputs, "place": str(done.place)}
    print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
