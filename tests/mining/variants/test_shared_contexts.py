import math

import numpy as np
import pyarrow as pa
import pytest

from wajue.config import Variants
from wajue.mining.variants.neighbour_counts import LEFT, NEAR, RIGHT
from wajue.mining.variants.shared_contexts import Evidence, evidence, evidence_of, likely, of_itself, variants
from wajue.mining.variants.spelling_pairs import Pair, Word

SLIP, STANDARD = Word("抱括", 4, True), Word("包括", 400, False)
PAIR = Pair(SLIP, STANDARD, "same reading")
SHARED = pa.schema(
    [("pair", pa.int32()), ("side", pa.int8()), ("count", pa.int64()), ("of_standard", pa.int64()), ("on_side", pa.int64())]
    + [("share", pa.float64()), ("own", pa.float64())]
)


def shared(*neighbours_of: tuple[int, str, int, int, int, float], own: float = 0.0) -> pa.Table:
    """Of one pair: the side, a neighbour for the reader, and its figures."""
    columns = zip(*[(0, side, *figures, own) for side, _, *figures in neighbours_of], strict=True)
    return pa.table(dict(zip(SHARED.names, columns, strict=True)), schema=SHARED)


def listed(pair: Pair, table: pa.Table, of_rivals: dict[tuple[str, str], Evidence] | None = None) -> pa.Table:
    return variants(likely([pair], evidence_of([pair], table), Variants()), evidence_of([pair], table), of_rivals or {})


def test_evidence_is_a_log_likelihood_ratio() -> None:
    found = listed(PAIR, shared((LEFT, "费用", 3, 50, 350, 0.001), (RIGHT, "药费", 1, 0, 350, 0.01)))
    # left: 3 ln((50 + 50 * .001)/(350 + 50)/.001) = 3 ln 125.125; right: ln(50 * .01/400/.01) = ln .125
    assert found.column("evidence").to_pylist() == pytest.approx([3 * math.log(125.125) + math.log(0.125)])
    assert found.column("similarity").to_pylist() == [0.75]  # three of four adjacent words
    assert found.select(["word", "variant_of", "count", "standard_count"]).to_pylist() == [
        {"word": "抱括", "variant_of": "包括", "count": 4, "standard_count": 400}
    ]


ALIKE = (LEFT, "费用", 3, 50, 350, 0.001)


def of(reason: str, count: int = 4) -> Pair:
    return PAIR._replace(reason=reason, word=SLIP._replace(uses=count))


WEAK = (LEFT, "费用", 2, 50, 350, 0.001)  # 2 ln 125 = 9.7 nats, of ALIKE 14.5
MANY = (LEFT, "费用", 11, 50, 350, 0.001)  # 53 nats
FAR = (NEAR, "天气", 9, 0, 350, 0.001)  # 9 ln(1/8), halved, of 14.5: 5.1 are left, but -2.1 nats a near neighbour
AT_ODDS = (NEAR, "天气", 1, 1, 350, 0.01)  # ln((1 + .5)/400/.01) = -.98, halved
LONELY = (RIGHT, "天气", 2, 0, 50, 0.001)  # 2 ln(1/2) = -1.4; one ALIKE: similarity 3/5
LESS_LONELY = (RIGHT, "天气", 1, 0, 50, 0.001)  # one ALIKE: 3/4
AGAINST = (LEFT, "天气", 3, 0, 350, 0.001)  # 3 ln(1/8)


@pytest.mark.parametrize(
    ("pair", "neighbours_of", "kept"),
    [
        (PAIR, [ALIKE], True),
        (PAIR, [AGAINST], False),
        (PAIR, [ALIKE, FAR], False),
        (PAIR, [ALIKE, LONELY], True),
        (of("same reading", 40), [ALIKE], True),
        (of("same reading", 41), [ALIKE], False),  # 400/41 < 10
        (of("same reading", 80), [MANY], True),  # 53 nats, ten times the least
        (of("same reading", 81), [MANY], False),  # 400/81 < 5
        (of("other tone"), [ALIKE, ALIKE], True),
        (of("other tone"), [ALIKE], False),  # 14.5 nats of 15
        (of("other tone"), [ALIKE, ALIKE, AT_ODDS], False),
        (of("other tone"), [ALIKE, ALIKE, LONELY], True),  # similarity 6/8
        (of("like reading"), [ALIKE, ALIKE], True),
        (of("like reading"), [ALIKE, ALIKE, LONELY], False),
        (of("like shape"), [ALIKE, ALIKE], True),
        (of("like shape"), [ALIKE, ALIKE, AT_ODDS], True),
        (of("like shape"), [ALIKE, ALIKE, LONELY], False),
        (of("transposed", 26), [ALIKE], True),
        (of("transposed", 27), [MANY, MANY], False),  # 400/27 < 15
        (of("transposed"), [WEAK], False),  # 9.7 nats of 10
        (of("transposed"), [ALIKE, LONELY], False),
        (of("transposed"), [ALIKE, LESS_LONELY], True),
        (of("latin case"), [AGAINST], True),  # the same letters
        (Pair(Word("app", 4, True), Word("APP", 9, True), "latin case"), [AGAINST], True),
        (Pair(Word("cd", 4, True), Word("Cd", 9, True), "latin case"), [AGAINST], False),  # discs and cadmium
        (Pair(Word("qq", 4, True), Word("QQ", 9, True), "latin case"), [MANY], True),
        (Pair(Word("b站", 4, True), Word("B站", 9, True), "latin case"), [AGAINST], True),
    ],
)
def test_what_is_kept(pair: Pair, neighbours_of: list[tuple[int, str, int, int, int, float]], kept: bool) -> None:
    assert bool(listed(pair, shared(*neighbours_of)).num_rows) == kept


def test_a_slip_gives_two_fifths_of_what_the_standard_gives_itself() -> None:
    # 3 neighbours give 3 ln 125.125 = 14.49 nats; as many of the standard's own 3 * 12 = 36, of which two fifths are 14.4
    assert listed(PAIR, shared(ALIKE, own=12.0)).num_rows == 1
    assert listed(PAIR, shared(ALIKE, own=12.1)).num_rows == 0


def test_a_slip_is_none_if_another_word_fits_better() -> None:
    rival = Evidence(nats=15.0, expected=0.0, near=0.0, similarity=1.0)
    assert listed(PAIR, shared(ALIKE), {(SLIP.string, "总括"): rival}).num_rows == 0
    assert listed(PAIR, shared(ALIKE), {(SLIP.string, "总括"): rival._replace(nats=14.0)}).num_rows == 1
    case = of("latin case")
    assert listed(case, shared(WEAK), {(SLIP.string, "总括"): rival}).num_rows == 1


def test_what_the_standard_gives_itself_is_each_use_set_aside() -> None:
    columns = {"name": [1, 1, 1], "side": [LEFT, LEFT, RIGHT], "count": [3, 1, 2], "uses": [30, 10, 20]}
    batches = [pa.record_batch({c: v[i : i + 2] for c, v in columns.items()}) for i in (0, 2)]
    own = of_itself(batches, np.array([[0, 0, 0], [4, 2, 0]]), 1000)

    def nats(count: int, on_side: int, share: float) -> float:
        return math.log((count - 1 + 50 * share) / (on_side - 1 + 50) / share)

    left = (3 * nats(3, 4, 0.03) + nats(1, 4, 0.01)) / 4
    assert own == pytest.approx(np.array([[0, 0, 0], [left, nats(2, 2, 0.02), 0]]))


def test_evidence_of_counts_that_have_met() -> None:
    met = {
        "shared": pa.table({"pair": [0, 0], "side": [LEFT, RIGHT], "count": [3, 1], "of_standard": [50, 0], "uses": [10, 100]}),
        "profile": pa.table({"name": [0, 0], "side": [LEFT, RIGHT], "count": [350, 350], "uses": [10, 20]}),
        "sums": pa.table({"name": [0, 0], "side": [LEFT, RIGHT], "count": [350, 350]}),
        "totals": pa.table({"uses": [4000, 6000]}),
    }
    found = evidence([PAIR], np.array([[1, 0]]), met)[PAIR.names]
    assert found.nats == pytest.approx(3 * math.log(125.125) + math.log(0.125)) and found.similarity == 0.75


def test_a_pair_without_neighbours_has_no_evidence() -> None:
    empty = SHARED.empty_table()
    assert listed(PAIR, empty).num_rows == 0
    assert listed(of("latin case"), empty).column("evidence").to_pylist() == [0.0]
