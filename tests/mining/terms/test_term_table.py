import numpy as np
import pyarrow as pa
import pytest

from wajue.config import Terms
from wajue.errors import WajueError
from wajue.mining.terms import term_table
from wajue.mining.terms.term_table import Guidance, WordVectors
from wajue.schemas import TABLES

UNSEEN = [c.name for c in TABLES["candidates"].columns if c.type == pa.float64()]
CANDIDATES = pa.table(
    {name: [1.0, 0.5, 0.5] for name in UNSEEN}
    | {
        "general_count": [0, 1, 9],
        "evidence": [1.0, 0.5, 0.0],
        "nested_in": pa.nulls(3, pa.string()),
        "term": ["断路器", "母线", "吃饭"],
        "parts": [["断路器"], ["母线"], ["吃", "饭"]],
        "domain_count": [9, 5, 5],
        "log_ratio": [6.0, 2.0, -1.0],
        "log_ratio_low": [5.0, 1.0, -2.0],
        "burst": [1.0, 0.5, 0.1],
        "npmi": [1.0, 1.0, 0.3],
        "doubts": pa.array([[], ["unknown_last"], []], pa.list_(pa.string())),
        "filtered_by": pa.nulls(3, pa.string()),
    }
)
VECTORS = WordVectors.from_table(pa.table({"word": ["断路器", "母线", "吃"], "vector": [[2.0, 0.0], [1.8, 0.4], [-1.0, 0.0]]}))


NO_GUIDANCE = Guidance([], [], [], [])


def test_an_accepted_term_that_is_no_candidate_is_named(caplog: pytest.LogCaptureFixture) -> None:
    listed = Guidance(["numpy"], [], ["t细胞", "circuit breaker"], ["断路器"])
    candidates = ["NumPy", "T 细胞", "断路器"]
    guided = term_table.guidance(listed, candidates)
    assert guided == Guidance(["numpy", "NumPy"], [], ["t细胞", "T 细胞", "circuit breaker"], ["断路器"])
    term_table.warn_of_unknown(listed.accept, candidates)
    [said] = caplog.messages
    assert said.startswith("[terms] accept: circuit breaker: no candidates")


def test_a_term_has_the_sum_of_its_words_vectors_if_all_have_one() -> None:
    vectors = VECTORS.of_terms([["断路器", "母线"], ["吃", "饭"]])
    assert vectors is not None
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0])
    assert vectors[0, 0] > vectors[0, 1] > 0 and VECTORS.known(["饭", "吃"]).tolist() == [2]
    assert WordVectors.from_table(None).of_terms([["吃"]]) is None


def test_terms_are_ranked_by_the_score_asked_for() -> None:
    nothing = WordVectors.from_table(None)
    ranked = term_table.rank(CANDIDATES, nothing, NO_GUIDANCE, Terms(score="log_ratio"))
    assert ranked.select(["term", "score", "source"]).to_pylist() == [
        {"term": "断路器", "score": 6.0, "source": "contrast"},
        {"term": "母线", "score": 2.0, "source": "contrast"},
    ]
    assert not {"nesting", "filtered_by"} & set(ranked.column_names) and ranked.column("similarity").null_count == 2
    accepted = term_table.rank(CANDIDATES, nothing, NO_GUIDANCE._replace(accept=["吃饭"]), Terms(score="burst"))
    assert accepted.column("term").to_pylist() == ["断路器", "母线", "吃饭"]  # general text uses the last one more
    with pytest.raises(WajueError, match="needs word vectors"):
        term_table.rank(CANDIDATES, nothing, NO_GUIDANCE, Terms(score="similarity"))


def test_what_is_like_the_seeds_follows_with_its_path() -> None:
    expansion = term_table.expand(VECTORS, {"断路器"}, NO_GUIDANCE._replace(seeds=["断路器"]), Terms())
    assert expansion.row_of == {"母线": 1}
    [row] = term_table.rank_expansion(CANDIDATES.slice(1, 1), expansion, VECTORS, floor=-2.0).to_pylist()
    assert row["path"] == ["断路器", "母线"] and row["source"] == "expansion"
    assert row["score"] == pytest.approx(row["similarity"] - 3) and row["score"] < -2


def test_the_combined_score_is_the_sum_of_its_summands() -> None:
    [best, second] = term_table.rank(CANDIDATES, VECTORS, NO_GUIDANCE, Terms()).to_pylist()
    assert best["score"] == pytest.approx(sum(best[name] for name in term_table.SUMMANDS))
    assert best["is_listed"] and not second["is_listed"]  # evidence .5
    hopeless = CANDIDATES.set_column(
        CANDIDATES.column_names.index("doubts"), "doubts", pa.array([["cut_badly"], [], []], pa.list_(pa.string()))
    )
    assert not any(term_table.rank(hopeless, VECTORS, NO_GUIDANCE, Terms()).column("is_listed").to_pylist())
    assert (second["by_doubts"], second["by_similarity"]) == (-0.5, 0.0)  # of so few candidates no centroid is typical
    assert best["by_burst"] == pytest.approx(0.75 * 1.0)  # two candidates: each one deviation from their mean
