import numpy as np
import pytest
from scipy import sparse

from wajue.mining.topics import labels

STRINGS = ["退款", "退款申请", "电池", "我们"]
# two topics of four documents: 退款 and 退款申请 in the first, 电池 in the second, 我们 in all
HELD = sparse.csr_array(np.array([[1, 1, 0, 1]] * 4 + [[0, 0, 1, 1]] * 4, np.float32))
TOPIC = np.array([0, 0, 0, 0, 1, 1, 1, 1])
COSINE = np.array([[0.9, 0.9, 0.1, 0.1], [0.1, 0.1, 0.9, 0.1]], np.float32)


def test_a_topic_is_named_by_what_it_has_and_the_others_lack() -> None:
    score = labels.scores(HELD, TOPIC, 2, COSINE)
    assert (score[0, :2] > 0).all() and score[0, 2] == 0 and score[1].argmax() == 2
    assert score[:, 3] == pytest.approx([0, 0], abs=0.05)  # all have it
    first, second = labels.names(np.where(score > 0.1, score, 0), STRINGS, HELD)
    assert first.label == ["退款申请"] == first.terms  # the longer one, and not both
    assert second.label == ["电池"] and second.coherence is None


def test_a_score_is_what_a_string_tells_of_its_topic_times_its_cosine() -> None:
    # 退款: four documents of the topic's four, of eight in all: 1 ln(1 / .5) = ln 2
    assert labels.scores(HELD, TOPIC, 2, COSINE)[0, 0] == pytest.approx(np.log(2) * 0.9)
    # in one document of the other topic too: 1 ln(1 / (5/8))
    held = sparse.csr_array(HELD.toarray() + np.eye(8, 4, -4, dtype=np.float32))
    assert labels.scores(held, TOPIC, 2, COSINE)[0, 0] == pytest.approx(np.log(8 / 5) * 0.9)
    assert labels.scores(held, TOPIC, 2, COSINE)[1, 0] == 0  # too few documents of a topic, and less of it than of all


def test_a_label_has_terms_of_its_own_first_and_none_from_far_below() -> None:
    strings = [chr(0x4E00 + i) * 2 for i in range(12)]
    held = sparse.csr_array(np.ones((2, 12), np.float32))
    first = np.arange(12, 0, -1)  # the second topic has a better claim to all but the third string and the last, which is no term
    second = np.where(np.isin(np.arange(12), (2, 11)), 0, 20)
    assert labels.names(np.array([first, second]), strings, held)[0].label == [strings[i] for i in (2, 0, 1)]


def test_what_lies_far_from_the_centroid_names_nothing() -> None:
    assert labels.scores(HELD, TOPIC, 2, -COSINE).max() == 0


def test_a_topic_alone_is_named_by_what_is_most_frequent() -> None:
    score = labels.scores(HELD, np.zeros(8, int), 1, np.ones((1, 4), np.float32))
    assert labels.names(score, STRINGS, HELD)[0].label[0] == "我们"


def test_coherence_is_the_mean_npmi() -> None:
    held = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 0, 0]], np.float32))
    # p(0) = 3/4, p(1) = 1/2, p(0, 1) = 1/2: log(.5/(.75 * .5))/-log .5 = .415; 1 and 2 never meet: -1; p(2) = p(0, 2) = 1/4: .2075
    assert labels.coherence(held, [0, 1]) == pytest.approx(0.4150, abs=1e-4)
    assert labels.coherence(held, [0, 1, 2]) == pytest.approx((0.4150 - 1 + 0.2075) / 3, abs=1e-4)
    assert labels.coherence(held, [0]) is None


@pytest.mark.parametrize(
    ("string", "may"),
    [
        ("断路器", True),
        ("制动器", True),
        ("NLP", True),
        ("的", False),
        ("我们", False),
        ("2024", False),
        ("因为", False),
        ("怎样判断", False),
    ],
)
def test_fragments_and_general_words_name_nothing(string: str, may: bool) -> None:
    tags = {"我们": "r", "因为": "c", "断路器": "n", "怎样": "r", "判断": "v", "制动": "v", "器": "n"}
    pieces = {"怎样判断": ["怎样", "判断"], "制动器": ["制动", "器"]}
    assert labels.may_name(string, tags, pieces.__getitem__) == may
