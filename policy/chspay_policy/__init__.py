"""The law as data: documents, units, regions and one folder of dated, cited rules per place."""

from pathlib import Path

#: The policy folder that ships with the program.
ROOT = Path(__file__).parent
