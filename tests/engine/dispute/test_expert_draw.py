"""A draw nobody can bend: fair to the last digit, free of conflicts, and re-verified from public data."""

from __future__ import annotations

import copy
import subprocess
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import Any

import expert_pool as ep
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_dispute.engine.experts import published as pub
from chspay_dispute.engine.experts.draw import (
    Shape,
    draw,
    entries_of,
    list_digest,
    permitted,
    shape_of,
    sort_out,
    substitute,
)
from chspay_dispute.engine.experts.gather import Told, check_draws
from chspay_dispute.engine.experts.record import Employment, Role, Tie, TieKind
from chspay_dispute.engine.experts.stream import Stream, commitment, seed

#: Chi-square at 1 in 100,000, by degrees of freedom; the draws are fixed, so this fails once or never.
CHI_SQUARE = {7: 36.0, 23: 66.2}


def listed(experts: list[Any], draw_id: str = "DR-1") -> list[Any]:
    return [entry for entry, _ in entries_of(experts, ep.TERMS, "F", ep.BLIND, draw_id)]


def test_ten_thousand_draws_are_uniform_inside_each_stratum():
    """A panel that some are drawn for more often than others is no lot; equal weights must come out equal."""
    entries = listed([replace(one, level=i % 2, institution=f"H{i}") for i, one in enumerate(ep.pool(8))])
    shape = replace(shape_of(ep.TERMS, fresh=False), institutions=0, levels=0, substitutes=0, added=0)
    counts: dict[str, Counter[str]] = {seat: Counter() for seat in shape.seats}
    for number in range(10_000):
        for seat, token in draw(entries, shape, Stream(ep.SECRET, f"DR-{number}")).panel:
            counts[seat][token] += 1
    for found in counts.values():
        assert len(found) == 8
        assert sum(Fraction((seen - 1250) ** 2, 1250) for seen in found.values()) < CHI_SQUARE[7]


def test_weights_are_honoured_exactly():
    """Who served often is drawn less: 1/(1+recent), measured over the draws and exact in the numbers."""
    recents = [0, 1, 3, 0, 1, 3, 7, 0]
    counts = Counter(Stream(ep.SECRET, f"W-{number}").pick(recents) for number in range(6000))
    whole = sum(Fraction(1, 1 + recent) for recent in recents)
    chi = Fraction(0)
    for place, recent in enumerate(recents):
        expected = 6000 * Fraction(1, 1 + recent) / whole
        chi += (counts[place] - expected) ** 2 / expected
    assert chi < CHI_SQUARE[7]


@given(st.integers(1, 2**256), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_every_number_lies_below_its_limit(limit, secret):
    """The rejection of blocks must end inside of the limit, also at one and at the whole block."""
    assert 0 <= Stream(secret, "x").below(limit) < limit


def test_no_expert_in_conflict_is_ever_on_a_list():
    """Each rule of recusal alone keeps an expert out, and its reason is told; everybody else stays."""
    jobs = (Employment("H01", ep.date(2019, 1, 1), ep.date(2024, 3, 2)),)
    old = (Employment("H01", ep.date(2019, 1, 1), ep.date(2024, 3, 1)),)
    tied = [
        ("same_institution@1", {"institution": "H01"}),
        ("same_institution@1", {"employments": jobs}),
        ("same_community@1", {"communities": frozenset({"C1", "C7"})}),
        ("treated_patient@1", {"ties": (Tie(TieKind.TREATED, "L2026-7"),)}),
        ("kin@1", {"ties": (Tie(TieKind.KIN, "H01"),)}),
        ("supplier@1", {"ties": (Tie(TieKind.SUPPLIER, "S9"),)}),
        ("declared@1", {"ties": (Tie(TieKind.DECLARED, "D-1"),)}),
    ]
    free = [ep.expert(50, Role.CODING, employments=old), *ep.pool(4)]
    experts = [ep.expert(number, Role.CODING, **more) for number, (_, more) in enumerate(tied, 100)]
    matter = replace(ep.MATTER, seen_by=frozenset({"E150"}), declared=(("E151", "同学"),))
    experts += [ep.expert(150, Role.CODING), ep.expert(151, Role.CODING)]
    eligible, kept_out = sort_out([*experts, *free], matter, ep.TERMS, ep.DAY)
    assert {one.expert_id for one in eligible} == {one.expert_id for one in free}
    assert [conflict.rule for _, conflict in kept_out] == [name for name, _ in tied] + [
        "earlier_stage@1", "declared@1",
    ]  # fmt: skip
    assert all(conflict.label and conflict.found for _, conflict in kept_out)


def test_who_does_not_serve_is_on_no_list():
    """A term that ended, training that lapsed, a suspension and a black mark each end the lot."""
    out = [
        ep.expert(1, Role.CODING, term=(ep.date(2024, 1, 1), ep.DAY)),
        ep.expert(2, Role.CODING, trained_until=ep.DAY),
        ep.expert(3, Role.CODING, standing="suspended"),
        ep.expert(4, Role.CODING, barred="泄露评审信息"),
    ]
    assert sort_out(out, ep.MATTER, ep.TERMS, ep.DAY) == ([], [])


@given(st.randoms(use_true_random=False))
def test_every_panel_keeps_the_composition(random):
    """Whatever the pool: named seats by those who may, no one twice, institutions and levels as asked."""
    experts = [
        replace(one, level=random.randint(1, 3), institution=f"H{random.randint(10, 14)}",
                recent=random.randint(0, 5),
                roles=one.roles | ({random.choice(list(Role))} - {Role.CLINICAL}))
        for one in ep.pool(random.randint(2, 6))
    ]  # fmt: skip
    entries, fresh = listed(experts), random.random() < 0.5
    shape = shape_of(ep.TERMS, fresh=fresh)
    try:
        found = draw(entries, shape, Stream(ep.SECRET, str(random.random())))
    except Fault as fault:
        assert fault.reason.code == "PANEL_IMPOSSIBLE"  # noqa: PT017 - some pools can, some cannot
        assert not permitted(entries, shape) or len(entries) < shape.size
        return
    by_token = {entry.token: entry for entry in entries}
    everybody = [token for _, token in found.panel] + [t for ts in found.substitutes for t in ts]
    everybody += found.added
    assert len(set(everybody)) == len(everybody)
    assert permitted([by_token[token] for _, token in found.panel], shape)
    for (seat, token), following in zip(found.panel, found.substitutes, strict=True):
        for one in (token, *following):
            assert seat == "open" or seat in by_token[one].seats


def test_a_pool_that_cannot_fill_a_seat_says_which():
    """The secretary must learn what is missing, not that the lot failed."""
    entries = listed([one for one in ep.pool(4) if Role.CODING not in one.roles])
    with pytest.raises(Fault) as caught:
        draw(entries, shape_of(ep.TERMS, fresh=False), Stream(ep.SECRET, "x"))
    assert (caught.value.reason.code, caught.value.value) == ("PANEL_SEAT_EMPTY", "coder")
    one_house = listed([replace(one, institution="H10") for one in ep.pool(4)])
    with pytest.raises(Fault) as caught:
        draw(one_house, shape_of(ep.TERMS, fresh=False), Stream(ep.SECRET, "x"))
    assert caught.value.reason.code == "PANEL_IMPOSSIBLE"


def batch(votes: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """A whole public record of two draws, a member replaced and votes cast; and what the register holds."""
    shape, parts, lists = shape_of(ep.TERMS, fresh=False), [], {}
    for draw_id in ("DR-1", "DR-2"):
        lists[draw_id] = listed(ep.pool(8), draw_id)
    digest = pub.batch_digest(
        "B-1", commitment(ep.SECRET), ep.SOURCE, ep.AT,
        [(name, list_digest(entries), shape) for name, entries in lists.items()],
    )  # fmt: skip
    found = seed(ep.BEACON, digest, ep.SECRET)
    for name, entries in lists.items():
        parts.append(pub.draw_part(name, entries, shape, draw(entries, shape, Stream(found, name))))
    drawn = pub.drawn_of(parts[0])
    panel = [token for _, token in drawn.panel]
    following = substitute(lists["DR-1"], shape, drawn, panel, panel[1], [])
    assert following is not None
    parts[0]["replaced"] = [{"out": panel[1], "in": following}]
    panel[1] = following
    if votes:
        opinion = "ab" * 32
        ballots = [pub.Ballot(t, v, pub.ballot_digest("DR-1", t, v, opinion))
                   for t, v in zip(panel, ("yes", "no", "yes"), strict=True)]  # fmt: skip
        parts[0]["votes"] = {
            "opinion": opinion, "threshold": "1/2", "passed": True,
            "ballots": [{"token": b.token, "vote": b.vote, "digest": b.digest} for b in ballots],
            "digest": pub.votes_digest("DR-1", opinion, "1/2", ballots),
        }  # fmt: skip
    record = {
        "format": pub.FORMAT, "batch_id": "B-1", "commitment": commitment(ep.SECRET),
        "beacon": {"source": ep.SOURCE, "at": ep.AT, "value": ep.BEACON},
        "secret": ep.SECRET, "batch_digest": digest, "seed": found, "draws": parts,
    }  # fmt: skip
    register = {
        "opened": {"batch_id": "B-1", "commitment": commitment(ep.SECRET), "beacon_source": ep.SOURCE,
                   "beacon_at": ep.AT},
        "closed": {"batch_digest": digest},
        "drawn": {"beacon": ep.BEACON, "secret": ep.SECRET, "draws_digest": pub.draws_digest(parts)},
        "replaced": {"DR-1": parts[0]["replaced"]},
        "joined": {},
        "decided": {"DR-1": {"votes_digest": parts[0]["votes"]["digest"]}} if votes else {},
    }  # fmt: skip
    return record, register


def test_an_honest_record_verifies_and_the_same_inputs_give_the_same_draw():
    """Anybody must come to the same panel from the published data alone."""
    record, register = batch()
    assert pub.verify(record) == []
    assert pub.verify(record, register) == []
    assert batch() == (record, register)


def told(seq: int, at: str, subject: str, **content: Any) -> Told:
    return Told(seq, at, f"draw/{subject}", {"batch_id": "B-1"} | content)


def entries_told() -> list[Told]:
    """The same batch as the register holds it, step by step."""
    record, register = batch()
    parts = copy.deepcopy(record["draws"])
    votes, out = parts[0].pop("votes"), parts[0].pop("replaced")[0]
    parts[1].pop("replaced")
    closed = register["closed"] | {"draws": ["DR-1", "DR-2"]}
    drawn = register["drawn"] | {"seed": record["seed"]}
    return [
        told(1, "2027-02-25T01:00:00Z", "B-1", step="opened", **register["opened"] | {"batch_id": "B-1"}),
        told(2, "2027-02-26T01:00:00Z", "B-1", step="closed", **closed),
        told(4, "2027-02-28T14:00:00Z", "B-1", step="drawn", **drawn),
        told(5, "2027-02-28T14:00:00Z", "DR-1", step="drawn", draw_id="DR-1", draw=parts[0]),
        told(6, "2027-02-28T14:00:00Z", "DR-2", step="drawn", draw_id="DR-2", draw=parts[1]),
        told(7, "2027-03-01T01:00:00Z", "DR-1", step="replaced", draw_id="DR-1", **out),
        told(9, "2027-03-09T01:00:00Z", "DR-1", step="decided", draw_id="DR-1", votes=votes),
    ]


def test_the_register_alone_is_enough_to_check_a_batch():
    """An outsider has the register and nothing else; the order and the times of its entries count too."""
    whole = entries_told()
    (found,) = check_draws(whole)
    assert (found.step, found.panels, found.findings) == ("drawn", ("DR-1", "DR-2"), ())
    assert check_draws(whole[:2])[0].step == "closed"
    late = [replace(one, published_at="2027-02-28T13:16:00Z") if one.seq == 2 else one for one in whole]
    assert [one.code for one in check_draws(late)[0].findings] == ["TIME"]
    turned = [replace(one, seq=3) if one.seq == 1 else one for one in whole]
    assert [one.code for one in check_draws(turned)[0].findings] == ["ORDER"]
    without = [one for one in whole if one.seq != 7]
    assert "VOTERS" in {one.code for one in check_draws(without)[0].findings}
    with pytest.raises(Fault) as caught:
        check_draws([one for one in whole if one.seq != 6])
    assert caught.value.reason.code == "DRAW_RECORD_BAD"


def leaves(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in leaves(value, (*path, key))]
    if isinstance(node, list):
        return [found for place, value in enumerate(node) for found in leaves(value, (*path, place))]
    return [path]


def spoil(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return ("0" if value[0] != "0" else "1") + value[1:]


def test_every_single_change_of_a_record_is_found():
    """Seed, list, panel, substitute, vote: a record with one leaf changed never passes."""
    record, register = batch()
    paths = leaves(record)
    # Of the 48 entries of the lists, every fifth; the rest are of the same kinds.
    paths = [path for path in paths if "list" not in path or path[3] % 5 == 0]
    assert len(paths) > 100
    for path in paths:
        changed = copy.deepcopy(record)
        node = changed
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = spoil(node[path[-1]])
        try:
            assert pub.verify(changed, register), path
        except Fault as fault:
            assert fault.reason.code in ("DRAW_RECORD_BAD", "DRAW_SECRET_BAD", "DRAW_BEACON_BAD"), path  # noqa: PT017


def rewritten(**change: Any) -> dict[str, Any]:
    """A record made again as a whole with one input changed: it agrees with itself."""
    record, _ = batch(votes=False)
    record = copy.deepcopy(record)
    secret, beacon = change.get("secret", ep.SECRET), change.get("beacon", ep.BEACON)
    record["secret"], record["commitment"] = secret, commitment(secret)
    record["beacon"]["value"] = beacon
    shape, heads = shape_of(ep.TERMS, fresh=False), []
    for part in record["draws"]:
        part["list"] = part["list"][change.get("skip", 0) :]
        part["replaced"] = []
        heads.append((part["draw_id"], list_digest([pub.entry_of(one) for one in part["list"]]), shape))
    record["batch_digest"] = pub.batch_digest("B-1", commitment(secret), ep.SOURCE, ep.AT, heads)
    record["seed"] = seed(beacon, record["batch_digest"], secret)
    for part in record["draws"]:
        entries = [pub.entry_of(one) for one in part["list"]]
        found = draw(entries, shape, Stream(record["seed"], part["draw_id"]))
        part.update(pub.draw_part(part["draw_id"], entries, shape, found))
    return record


@pytest.mark.parametrize(
    ("change", "code"),
    [({"secret": "a" * 64}, "REGISTER_OPENED"), ({"skip": 1}, "REGISTER_CLOSED"),
     ({"beacon": "x"}, "REGISTER_DRAWN")],
)  # fmt: skip
def test_a_record_rewritten_as_a_whole_fails_against_the_register(change, code):
    """Who changes secret, list or beacon and draws again is still caught, by what was published before."""
    _, register = batch(votes=False)
    record = rewritten(**change)
    assert pub.verify(record) == []
    assert code in {finding.code for finding in pub.verify(record, register)}


def test_the_seed_can_be_made_with_an_ordinary_tool():
    """An outsider with openssl must come to our digests; the lines hashed are the documented ones."""
    lines = f"chspay-seed-1\n{ep.BEACON}\n{'ab' * 32}\n{ep.SECRET}\n"
    told = subprocess.run(
        ["openssl", "dgst", "-sm3", "-r"], input=lines.encode(), capture_output=True, check=True
    )
    assert told.stdout.split()[0].decode() == seed(ep.BEACON, "ab" * 32, ep.SECRET)


def test_a_record_that_is_none_is_refused_with_its_reason():
    """A file of another kind must not read as a draw in order."""
    for content in ({}, {"format": "other"}, {"format": pub.FORMAT, "beacon": {}, "draws": [{}]}):
        with pytest.raises(Fault) as caught:
            pub.verify(content)
        assert caught.value.reason.code == "DRAW_RECORD_BAD"


def test_a_substitute_must_keep_the_panel_permitted():
    """A substitute of a house that already sits would leave too few; the next one follows, or none."""
    record, _ = batch(votes=False)
    part = record["draws"][1]
    entries = [pub.entry_of(one) for one in part["list"]]
    shape = Shape(("clinician", "coder", "fund"), 3, 3, 1, 1, 2)
    drawn = pub.drawn_of(part)
    panel = [token for _, token in drawn.panel]
    by_token = {one.token: one for one in entries}
    for out in panel:
        found = substitute(entries, shape, drawn, panel, out, [])
        follows = drawn.substitutes[panel.index(out)][0]
        houses = {by_token[token].institution for token in (*(set(panel) - {out}), follows)}
        assert found == (follows if len(houses) == 3 else None)


def test_who_joins_later_is_part_of_the_panel_from_then_on():
    """Two who joined after a replacement vote too; moved before it, or left out, the record fails."""
    whole = entries_told()
    part = whole[3].content["draw"]
    joined = told(8, "2027-03-02T01:00:00Z", "DR-1", step="joined", draw_id="DR-1", added=part["added"])
    votes = copy.deepcopy(whole[-1].content["votes"])
    for token in part["added"]:
        digest = pub.ballot_digest("DR-1", token, "yes", votes["opinion"])
        votes["ballots"].append({"token": token, "vote": "yes", "digest": digest})
    ballots = [pub.Ballot(one["token"], one["vote"], one["digest"]) for one in votes["ballots"]]
    votes["digest"] = pub.votes_digest("DR-1", votes["opinion"], "1/2", ballots)
    decided = told(9, "2027-03-09T01:00:00Z", "DR-1", step="decided", draw_id="DR-1", votes=votes)
    assert check_draws([*whole[:-1], joined, decided])[0].findings == ()
    assert {one.code for one in check_draws([*whole[:-1], decided])[0].findings} == {"VOTERS"}
