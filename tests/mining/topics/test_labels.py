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


def _named_by(held_by: dict[int, range], score: list[float]) -> list[int]:
    """The terms of one topic, of twelve strings in forty documents; the first nine strings stand in the first ten documents."""
    presence = np.zeros((40, 12), np.float32)
    presence[:10, :9] = 1
    for string, documents in held_by.items():
        presence[documents, string] = 1
    strings = [chr(0x4E00 + i) * 2 for i in range(12)]
    named = labels.names(np.array([[*range(20, 11, -1), *score]], np.float32), strings, sparse.csr_array(presence))[0]
    assert named.label == strings[:3]
    return [strings.index(term) for term in named.terms]


def test_terms_stand_in_documents_with_the_label() -> None:
    # of three for the tenth place, the first avoids the others and the second is everywhere, (10 - 10 * 40 / 40) / .. = 0;
    # the third: (10 - 10 * 10 / 40) / sqrt(15 * 15) = .5
    assert _named_by({9: range(10, 20), 10: range(40), 11: range(10)}, [3, 2, 1]) == [*range(9), 11]
    assert _named_by({9: range(10, 20), 10: range(40), 11: range(20, 30)}, [3, 2, 1]) == [*range(10)]  # none does: by score


def test_what_stands_with_the_label_once_tells_little() -> None:
    # correlations of .75 / sqrt(10) = .24 and 2.5 / 10 = .25, but .75 / sqrt(6 * 15) = .08 and 2.5 / 15 = .17
    assert _named_by({9: range(1), 10: range(5, 15)}, [1.5, 1, 0]) == [*range(9), 10]


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
