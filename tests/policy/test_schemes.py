"""Policy names grouping schemes by digest, and the digests are those of the schemes that are shipped."""

from datetime import date

import chspay_policy
from chspay_cli.schemefile import find_scheme, shipped_schemes
from chspay_core.bundle import Bundle


def test_digests_in_the_policy_folder_are_true():
    """A changed scheme table under an old digest would regroup a closed month unseen.

    After an intended change of a shipped scheme, write the new digest (``chspay scheme show ID``) here.
    """
    rows = (chspay_policy.ROOT / "schemes.csv").read_text("utf-8").splitlines()[1:]
    named = dict(row.split(",") for row in rows)
    assert named == {name: find_scheme(name)[0].digest for name in shipped_schemes()}


def test_a_bundle_seals_the_digest_of_its_scheme():
    """Replay must find exactly the scheme that grouped the month."""
    policy = Bundle.load(chspay_policy.ROOT, "990100").on(date(2026, 1, 31))
    scheme = policy.text("grouping.scheme")
    assert policy.scheme_digest(scheme) == find_scheme(scheme)[0].digest
