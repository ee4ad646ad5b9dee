import pytest

from wajue.mining.relations.naming import Names, agreement, is_name, misfit, names
from wajue.mining.tokens import jieba_dictionary


@pytest.fixture(scope="module")
def known() -> Names:
    return Names({"神经网络": 9, "循环神经网络": 5, "断路器": 3, "命中率": 2}, jieba_dictionary.tags())


@pytest.mark.parametrize(
    ("before", "named", "name"),
    [
        ("我们使用循环神经网络", "recurrent neural network", "循环神经网络"),
        ("神经网络", "neural network", "神经网络"),
        ("缓存命中率", "cache hit rate", "缓存命中率"),  # the whole clause fits 12 letters better than its known end
        ("时间复杂度", "time complexity", "时间复杂度"),
        ("第三节肺结核肺结核", "tuberculosis", "肺结核"),  # a heading that runs into its text
        ("我们认为这样的结果也许很好", "nice", ""),
        ("", "nothing", ""),
    ],
)
def test_where_a_name_begins(known: Names, before: str, named: str, name: str) -> None:
    assert names([(before, False)], named, known) == [name]


def test_marks_settle_it_and_texts_agree(known: Names) -> None:
    assert names([("甲乙丙", True)], "abc", known) == ["甲乙丙"]
    # nobody knows 张量积, but two texts go on differently before it
    assert names([("引入的张量积", False), ("计算了张量积", False)], "tensor product", known) == ["张量积", "张量积"]
    assert agreement(["引入的张量积", "计算了张量积"]) == {"张量积": 2, "量积": 1} or agreement(["的甲乙", "了甲乙"]) == {"甲乙": 2}


def test_lengths_that_fit() -> None:
    # 22 letters are some 7 Han characters, 3 capitals some 6
    assert misfit("循环神经网络", "recurrent neural network") < 0.2 and misfit("循环神经网络", "RNN") < 0.2
    assert misfit("网络", "recurrent neural network") > 3


@pytest.mark.parametrize("text", ["使用", "断", "三个", "如果模型", "模型的", "因此网络"])
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text) and is_name("断路器")
