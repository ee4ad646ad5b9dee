from tests.mining.duplicates.test_search import SETTINGS
from tests.mining.duplicates.texts import signed
from wajue.mining.duplicates.matching import match, scatter
from wajue.mining.duplicates.packed import PackedRows


def test_equal_texts_meet_in_one_bucket() -> None:
    texts = signed(["断路器检修", "别的问题", "断路器，检修", "断路器检修"], range(4), SETTINGS)
    rows = [r for r in scatter(SETTINGS)(iter([texts])) if r.column("kind")[0].as_py() == "texts"]
    holding = [packed for r in rows if 0 in (packed := PackedRows(iter([r])).take("texts"))["position"]]
    assert {0, 2, 3} <= set(holding[0]["position"].tolist())
    [row] = [r for r in rows if 0 in PackedRows(iter([r])).take("texts")["position"]]
    found = PackedRows(match(SETTINGS)(iter([row])))
    copies, classes = found.take("copies"), found.take("classes")
    assert (copies["position"].tolist(), copies["kept"].tolist()) == ([3], [0])
    assert sorted(classes["position"].tolist()) == [0, 2]
