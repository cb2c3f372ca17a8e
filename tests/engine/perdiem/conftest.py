"""Makes the helpers of the per-diem tests importable."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
