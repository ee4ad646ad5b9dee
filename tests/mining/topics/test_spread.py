import math

import numpy as np
import pyarrow as pa
import pytest

from wajue.mining.topics.spread import spread

TOPIC = np.array([1, 1, 1, 1, 2, 2, 2, 0])


def test_sizes_shares_and_surprise_of_topics_and_groups() -> None:
    months = pa.array(["2024-01"] * 3 + ["2024-02"] * 4)  # the last document has no date
    rows = spread("period", TOPIC, np.arange(7), months, {1: 3, 2: 3}).to_pylist()
    told = {(r["topic"], r["value"]): (r["documents"], r["share"]) for r in rows}
    assert told == {
        (1, "2024-01"): (3, 1.0), (1, "2024-02"): (1, 0.25), (2, "2024-02"): (3, 0.75), (3, "2024-01"): (3, 1.0), (3, "2024-02"): (4, 1.0),
    }  # fmt: skip
    surprise = {(r["topic"], r["value"]): r["surprise"] for r in rows}
    # topic 1: 3 and 1 documents where 12/7 and 16/7 are expected of the 3 and 4 there
    g2 = 2 * (3 * math.log(3 / (12 / 7)) + 1 * math.log(1 / (16 / 7)))
    assert surprise[1, "2024-01"] == pytest.approx(g2) == -surprise[1, "2024-02"]
    assert surprise[3, "2024-01"] == pytest.approx(0)  # every document is of the group


def test_a_corpus_that_begins_makes_no_topic_news() -> None:
    # corpus 0 is all of topic 1, corpus 1 all of topic 2 and begins in the second month
    topic, corpus = np.repeat([1, 2], [40, 20]), np.repeat([0, 1], [40, 20])
    months = pa.array(["2024-01", "2024-02"] * 20 + ["2024-02"] * 20)
    rows = spread("period", topic, np.arange(60), months, {}, corpus).to_pylist()
    assert [(r["topic"], r["value"], r["documents"], r["expected"]) for r in rows] == [
        (1, "2024-01", 20, 20.0),
        (1, "2024-02", 20, 20.0),
        (2, "2024-02", 20, 20.0),
    ]
    assert [r["surprise"] for r in rows] == pytest.approx([0, 0, 0])
    as_one = spread("period", topic, np.arange(60), months, {}).to_pylist()
    assert as_one[2]["surprise"] > 15  # 20 of 40 there, none of 20 before


def test_a_document_counts_once_for_each_of_its_tags() -> None:
    document, tags = np.array([0, 0, 0, 4]), pa.array(["甲", "乙", "甲", "甲"])
    rows = spread("tag", TOPIC, document, tags, {}).to_pylist()
    assert [(r["topic"], r["value"], r["documents"], r["share"]) for r in rows] == [
        (1, "乙", 1, 1.0),
        (1, "甲", 1, 0.5),
        (2, "甲", 1, 0.5),
    ]


def test_one_value_is_no_surprise() -> None:
    rows = spread("corpus", TOPIC, np.arange(8), pa.array(["notes"] * 8), {}).to_pylist()
    assert [(r["topic"], r["documents"], r["surprise"]) for r in rows] == [(0, 1, 0.0), (1, 4, 0.0), (2, 3, 0.0)]


def test_nothing_to_spread() -> None:
    assert spread("tag", TOPIC, np.zeros(0, int), pa.array([], pa.string()), {}).num_rows == 0
    assert spread("tag", np.zeros(0, int), np.zeros(0, int), pa.array([], pa.string()), {}).num_rows == 0
