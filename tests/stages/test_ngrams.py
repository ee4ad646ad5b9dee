from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests import reference
from tests.frames import ngrams
from tests.stages.texts import documents, power
from wajue.config import Config
from wajue.mining.text.alphabet import Alphabet

Load = Callable[..., Config]
pytestmark = pytest.mark.spark


def test_ngrams_equal_the_reference(spark: Any, load: Load) -> None:
    config = load("[ngrams]\nmin_count = 2\nmax_length = 5\nbuckets = 5\n")
    clauses, counted = ngrams(documents(spark, power(60)), config=config)
    strings = sorted(clause for r in clauses.collect() for clause in r.clauses.split("\n"))
    assert len(strings) == len(set(strings))
    code = Alphabet(("SF6",)).units(pa.array(strings)).code.tolist()
    expected = reference.ngrams(code, 5, 2)
    code_of = {chr(c): c for c in set(code) if c > 0x3000} | {"SF6": 2}
    rows = {tuple(code_of[s] for s in _symbols(r.ngram)): r for r in counted.collect()}
    assert set(rows) == set(expected)
    for gram, (count, pmi, left, right) in expected.items():
        row = rows[gram]
        assert (row["count"], row.n) == (count, len(gram))
        assert np.allclose((row.left_entropy, row.right_entropy), (left, right))
        assert row.pmi is None if pmi is None else np.isclose(row.pmi, pmi)


def _symbols(ngram: str) -> list[str]:
    return ["SF6" if s == "\0" else s for s in ngram.replace("SF6", "\0")]
