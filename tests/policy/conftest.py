"""The worked cases share the helpers of the settlement and weight tests."""

import sys
from pathlib import Path

for folder in ("settlement", "weights", "capitation", "budget", "perdiem"):
    sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / folder))
