import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.reading.read import read, told
from wajue.config import Corpus
from wajue.reading import decoding, records


def test_parquet_and_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"q": ["一", None], "t": [["x"], []]}), path)
    data = path.read_bytes()
    assert told(read(data, "a.parquet")) == [{"q": "一", "t": ["x"]}, {"q": None, "t": []}]
    assert told(read(data[:-5], "a.parquet")) == ["truncated_file"]


def test_a_parquet_value_that_stands_in_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    value = "断路器" * 100_000
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": pa.DictionaryArray.from_arrays(pa.array([0, None] * 5000, pa.int32()), [value])}), sink)
    assert len(sink.getvalue()) < 100_000
    monkeypatch.setattr(decoding, "_EXPANDED", 40_000_000)
    before = pa.total_allocated_bytes()
    corpus = Corpus(name="c", role="domain", paths=("x",))
    found = records.read(io.BytesIO(sink.getvalue()), "a.parquet", corpus, "utf-8")
    assert next(found).fields == {"text": value}  # type: ignore[union-attr]
    assert pa.total_allocated_bytes() - before < 60_000_000, "not all 10,000 rows of a batch at once, 4.5 GB"
    *others, last = found
    assert len(others) < 200 and last.reason == "truncated_file"  # type: ignore[union-attr]
