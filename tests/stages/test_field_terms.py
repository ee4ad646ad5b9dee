"""Three fields of one domain, with planted terms of their own, words that all of them have, and general text."""

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

from tests.frames import contrast, field_terms, word_counts
from wajue.config import Config, Corpus, Terms

pytestmark = pytest.mark.spark

PLANTED = {"power": [["断路器"], ["高压", "变压器"]], "medicine": [["肝硬化"], ["转氨酶"]], "law": [["被告人"], ["违约金"]]}
COMMON = [f"{a}{b}" for a in "看听买修打想找到" for b in "见说了好开要错得"]  # so many that no two stand together often
TOKENS = "doc_id string, corpus string, role string, date string, tokens array<string>, breaks array<int>, gaps array<int>"
CORPORA = (
    Corpus(name="q", role="general", paths=("x",)),
    *(Corpus(name=f"{field} {i}".replace(" ", "-"), role="domain", field=field, paths=("x",)) for field in PLANTED for i in (1, 2)),
)
CONFIG = Config(corpus=CORPORA, terms=Terms(examples=1))
WITH_AN_EMPTY_FIELD = CONFIG.model_copy(update={"corpus": (*CORPORA, Corpus(name="e", role="domain", field="empty", paths=("x",)))})
Row = tuple[Any, ...]


def documents() -> Iterator[Row]:
    """60 documents a corpus; 指标 is in all fields alike, 合同 in law three times as often as in power; some 高压变压器 are parted."""
    rng = random.Random(5)
    for corpus in CORPORA:
        for i in range(60):
            words = rng.choices(COMMON, k=6)
            if corpus.field:
                words += [*PLANTED[corpus.field][i % 2], *rng.choices(COMMON, k=3)]
                words += ["指标", rng.choice(COMMON)] if i % 3 == 0 else []
                words += ["合同", rng.choice(COMMON)] * {"law": 3, "power": 1}.get(corpus.field, 0) if i % 4 == 0 else []
            breaks = [words.index("变压器")] if "变压器" in words and i % 30 == 1 else []
            yield (f"{corpus.name}{i}", corpus.name, corpus.role, None, [*words, "。"], breaks, [])


class Mined(NamedTuple):
    """Rows of `candidates` and `field_terms`, the latter by partitions of the tokens."""

    candidates: list[Any]
    on_one: list[Any]
    on_four: list[Any]  # with a field more, which has no text
    said: str


@pytest.fixture(scope="module")
def mined(spark: Any) -> Mined:
    tokens = spark.createDataFrame(list(documents()), TOKENS)
    words = word_counts(tokens, config=CONFIG)
    words = spark.createDataFrame(words.toArrow())
    candidates = spark.createDataFrame(contrast(tokens, words, config=CONFIG).toArrow())
    on_one = field_terms(candidates, tokens.coalesce(1), words, None, config=CONFIG).collect()
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("wajue.stages.field_terms.log.warning", lambda message, *values: said.append(message % values))
        on_four = field_terms(candidates, tokens.repartition(4, "doc_id"), words, None, config=WITH_AN_EMPTY_FIELD).collect()
    return Mined(candidates.collect(), on_one, on_four, "\n".join(said))


def test_planted_terms_come_first_in_their_own_field_alone(mined: Mined) -> None:
    for field, planted in PLANTED.items():
        own = [r for r in mined.on_one if r.field == field]
        terms = {"".join(parts) for parts in planted}
        assert [r["rank"] for r in own] == list(range(1, len(own) + 1))
        first = [r for r in own if r.is_listed][:2]
        assert {r.term for r in first} == terms and all(r.evidence > 0.99 for r in first), own
        assert not terms & {r.term for r in mined.on_one if r.field != field}
        assert all(r.term in "".join(r.examples) for r in first)
    listed = {(r.field, r.term) for r in mined.on_one if r.is_listed}
    assert not {field for field, term in listed if term == "指标"}, "all fields have it alike"
    assert {field for field, term in listed if term == "合同"} == {"law"}


def test_counts_are_those_of_the_text(mined: Mined) -> None:
    read = list(documents())
    field_of = {c.name: c.field for c in CORPORA}

    def occurrences(document: Row, parts: list[str]) -> int:
        tokens, breaks = document[4], document[5]
        starts = (i for i in range(len(tokens)) if tokens[i : i + len(parts)] == parts)
        return sum(not any(i < b < i + len(parts) for b in breaks) for i in starts)

    assert mined.on_one
    for row in mined.on_one:
        counts = [(field_of[d[1]], occurrences(d, row.parts)) for d in read]
        words = sum(len(d[4]) - 1 for d in read if field_of[d[1]] == row.field)
        assert row.field_count == sum(n for field, n in counts if field == row.field)
        assert row.field_documents == sum(n > 0 for field, n in counts if field == row.field)
        assert row.others_count == sum(n for field, n in counts if field not in (row.field, None))
        assert row.general_count == sum(n for field, n in counts if field is None)
        assert [(c.field, c["count"]) for c in row.counts] == [(f, sum(n for field, n in counts if field == f)) for f in PLANTED]
        assert row.field_per_million == pytest.approx(row.field_count * 1e6 / words)
    of_domain = {r.term: r.domain_count for r in mined.candidates}
    assert all(of_domain[r.term] == r.field_count + r.others_count for r in mined.on_one)


def test_neither_partitions_nor_an_empty_field_change_the_others(mined: Mined) -> None:
    assert [r.asDict(recursive=True) | {"counts": r.counts[:3]} for r in mined.on_four] == [
        r.asDict(recursive=True) | {"counts": r.counts} for r in mined.on_one
    ]
    assert all(r.counts[3].asDict() == {"field": "empty", "count": 0, "per_million": 0.0} for r in mined.on_four)
    assert pa.array([r.field for r in mined.on_one]).unique().to_pylist() == list(PLANTED)


def test_a_short_list_is_told(mined: Mined) -> None:
    assert "field_terms: of the field empty, 0 words, 0 terms have the evidence" in mined.said
    assert "of the field law, " in mined.said  # three terms: a field has more
