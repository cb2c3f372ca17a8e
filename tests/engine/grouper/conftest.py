"""Makes ``books`` importable: small workbooks of our own, built in memory."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
