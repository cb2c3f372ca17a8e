"""Makes ``dip_world`` importable: small worlds of cases, rules and tables."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
