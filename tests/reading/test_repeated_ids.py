import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from wajue.reading import repeated_ids
from wajue.reading.documents import doc_id


def pairs(documents: list[tuple[str, str]]) -> np.ndarray:
    ids = pa.array([doc_id("c", name, "f", 1) for name, _ in documents], pa.string())
    return repeated_ids.pairs(ids, pa.array([text for _, text in documents], pa.string()))


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "甲", "乙", "甲乙"])), max_size=20))
def test_ids_with_different_texts(documents: list[tuple[str, str]]) -> None:
    texts: dict[str, set[str]] = {}
    for name, text in documents:
        texts.setdefault(name, set()).add(text)
    wanted = sorted(doc_id("c", name, "f", 1)[: repeated_ids.DIGITS] for name, met in texts.items() if len(met) > 1)
    assert repeated_ids.clashing(pairs(documents)) == wanted


def test_a_slice_of_an_array_is_read_from_where_it_begins() -> None:
    ids = pa.array([doc_id("c", str(i), "f", 1) for i in range(4)])
    texts = pa.array(["甲", "乙", "丙", "丁"])
    whole = repeated_ids.pairs(ids, texts)
    assert (repeated_ids.pairs(ids[2:], texts[2:]) == whole[2:]).all()
