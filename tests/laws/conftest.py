"""The laws share the helpers of the settlement tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "settlement"))
