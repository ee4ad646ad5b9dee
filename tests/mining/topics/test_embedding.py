import numpy as np
import pytest

from wajue.mining.topics.embedding import Documents, Embedding, joined


def documents(*lists: list[int]) -> Documents:
    return Documents(np.array([i for d in lists for i in d], np.int32), np.cumsum([0, *map(len, lists)]))


def test_a_frequent_word_counts_less_and_a_repeated_one_more() -> None:
    # shares .5 and .5: weights .001/.501 both, so that the second word, there twice, has 1 + ln 2 times the first one's part
    embedding = Embedding.of_words(np.eye(2, dtype=np.float32), np.array([5, 5]))
    [vector] = embedding.of_documents(documents([0, 1, 1]))
    assert vector[1] / vector[0] == pytest.approx(1 + np.log(2))
    uneven = Embedding.of_words(np.eye(2, dtype=np.float32), np.array([999, 1]))
    [vector] = uneven.of_documents(documents([0, 1]))
    assert vector[1] / vector[0] == pytest.approx((0.001 + 0.999) / (0.001 + 0.001))


def test_directions_are_measured_from_the_mean() -> None:
    embedding = Embedding.of_words(np.eye(3, dtype=np.float32), np.array([1, 1, 1]))
    both = documents([0, 2], [1, 2])
    fitted = embedding.fitted(both, ["断路器", "变压器", "检修"], 1)
    vectors = fitted.of_documents(both)[:, :3]
    assert vectors[0] == pytest.approx(-vectors[1], abs=1e-6) and vectors[0, 2] == pytest.approx(0, abs=1e-6)
    assert fitted.origin[:3] == pytest.approx(fitted.mean) and not fitted.origin[3:].any()
    assert embedding.fitted(documents(), ["断路器", "变压器", "检修"], 1) is embedding


def test_a_single_character_or_a_number_has_nothing_latent() -> None:
    strings = ["断路器", "已", "20", "x"]
    fitted = Embedding.of_words(np.eye(4, dtype=np.float32), np.array([9, 9, 9, 9])).fitted(
        documents([0, 1, 2], [3, 1], [0, 2]), strings, 1
    )
    assert fitted.latent.any(axis=1).tolist() == [True, False, False, True]


def test_the_latent_part_counts_by_the_words_of_a_document() -> None:
    # of length 1 both, the second times n / (n + 5): 1/6 for one word, 1/2 for five
    embedding = Embedding.of_words(np.eye(2, dtype=np.float32), np.array([1, 1]))
    embedding = embedding._replace(latent=np.array([[0, 3], [3, 0]], np.float32))
    short, long = embedding.of_documents(documents([0], [0, 0, 0, 0, 0]))
    assert short == pytest.approx(np.array([1, 0, 0, 1 / 6]) / np.sqrt(1 + 1 / 36))
    assert long == pytest.approx(np.array([1, 0, 0, 1 / 2]) / np.sqrt(1 + 1 / 4))
    assert embedding.of_parts([(0,)])[0] == pytest.approx(short)


def test_pieces_are_joined() -> None:
    whole = joined([documents([0, 1], []), documents([2])])
    assert whole.word_ids.tolist() == [0, 1, 2] and whole.offsets.tolist() == [0, 2, 2, 3]
    assert joined([]).offsets.tolist() == [0]
