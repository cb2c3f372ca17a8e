"""The books 账簿: double entry and payment orders."""
