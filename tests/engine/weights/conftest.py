"""Makes the helpers of these tests, and the complete policy of the settlement tests, importable."""

import sys
from pathlib import Path

for folder in (Path(__file__).parent, Path(__file__).parents[1] / "settlement"):
    sys.path.insert(0, str(folder))
