import math

import pyarrow as pa
import pytest

from wajue.config import Variants
from wajue.mining.variants.shared_contexts import LEFT, NEAR, RIGHT, neighbours, variants
from wajue.mining.variants.spelling_pairs import Pair, Word

SLIP, STANDARD = Word("抱括", 4, True), Word("包括", 400, False)
PAIR = Pair(SLIP, STANDARD, "same reading")
SHARED = pa.schema(
    [("word", pa.string()), ("variant_of", pa.string()), ("side", pa.int8()), ("neighbour", pa.string()), ("count", pa.int64())]
    + [("of_standard", pa.int64()), ("on_side", pa.int64()), ("share", pa.float64())]
)


def shared(*neighbours_of: tuple[int, str, int, int, int, float], pair: Pair = PAIR) -> pa.Table:
    columns = zip(*[(pair.word.string, pair.variant_of.string, *row) for row in neighbours_of], strict=True)
    return pa.table(dict(zip(SHARED.names, columns, strict=True)), schema=SHARED)


def test_neighbours_are_words_of_the_same_document() -> None:
    batch = pa.RecordBatch.from_pydict({"tokens": [["费用", "抱括", "，", "药费", "和", "床位"], ["抱括"], [], ["检查", "抱括"]]})
    [table] = neighbours(pa.array(["抱括"]), iter([batch]))
    rows = {(r["word"], r["side"], r["neighbour"], r["count"]) for r in table.to_pylist()}
    assert rows == {
        ("抱括", LEFT, "费用", 1),
        ("抱括", LEFT, "检查", 1),
        ("抱括", NEAR, "药费", 1),
        ("抱括", NEAR, "和", 1),
        ("抱括", NEAR, "床位", 1),
    }


def test_a_batch_without_documents_or_names() -> None:
    batch = pa.RecordBatch.from_pydict({"tokens": pa.array([], pa.list_(pa.string()))})
    assert sum(t.num_rows for t in neighbours(pa.array(["抱括"]), iter([batch]))) == 0
    batch = pa.RecordBatch.from_pydict({"tokens": [["费用"]]})
    assert sum(t.num_rows for t in neighbours(pa.array([], pa.string()), iter([batch]))) == 0


def test_evidence_is_a_log_likelihood_ratio() -> None:
    found = variants([PAIR], shared((LEFT, "费用", 3, 50, 350, 0.001), (RIGHT, "药费", 1, 0, 350, 0.01)), Variants())
    # left: 3 ln((50 + 50 * .001)/(350 + 50)/.001) = 3 ln 125.125; right: ln(50 * .01/400/.01) = ln .125
    assert found.column("evidence").to_pylist() == pytest.approx([3 * math.log(125.125) + math.log(0.125)])
    assert found.column("similarity").to_pylist() == [0.75]  # three of four adjacent words
    assert found.select(["word", "variant_of", "count", "standard_count"]).to_pylist() == [
        {"word": "抱括", "variant_of": "包括", "count": 4, "standard_count": 400}
    ]


ALIKE = (LEFT, "费用", 3, 50, 350, 0.001)


def of(reason: str, count: int = 4) -> Pair:
    return PAIR._replace(reason=reason, word=SLIP._replace(uses=count))


FAR = (NEAR, "天气", 9, 0, 350, 0.001)  # 9 ln(1/8), halved, of 3 ln 125 = 14.5: 5.1 are left, but -2.1 nats a near neighbour
LONELY = (RIGHT, "天气", 2, 0, 50, 0.001)  # 2 ln(1/2) = -1.4: similarity 3/5


@pytest.mark.parametrize(
    ("pair", "neighbours_of", "kept"),
    [
        (PAIR, [ALIKE], True),
        (PAIR, [(LEFT, "天气", 3, 0, 350, 0.001)], False),  # 3 ln(1/8)
        (PAIR, [ALIKE, FAR], False),
        (PAIR, [ALIKE, LONELY], True),
        (of("same reading", 80), [ALIKE], True),
        (of("same reading", 81), [ALIKE], False),  # 400/81 < 5
        (of("other tone"), [ALIKE], True),
        (of("other tone"), [ALIKE, LONELY], False),
        (of("other tone", 41), [ALIKE], False),  # 400/41 < 10
        (of("like reading"), [ALIKE], True),
        (of("like reading"), [ALIKE, LONELY], False),
        (of("transposed", 26), [ALIKE], True),
        (of("transposed", 27), [ALIKE], False),  # 400/27 < 15
        (of("latin case"), [(LEFT, "天气", 3, 0, 350, 0.001)], True),  # the same letters
    ],
)
def test_what_is_kept(pair: Pair, neighbours_of: list[tuple[int, str, int, int, int, float]], kept: bool) -> None:
    assert bool(variants([pair], shared(*neighbours_of, pair=pair), Variants()).num_rows) == kept


def test_a_pair_without_neighbours_has_no_evidence() -> None:
    empty = SHARED.empty_table()
    assert variants([PAIR], empty, Variants()).num_rows == 0
    assert variants([PAIR._replace(reason="latin case")], empty, Variants()).column("evidence").to_pylist() == [0.0]
