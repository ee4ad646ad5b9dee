from wajue.mining.example_sentences import unlike_each_other


def test_examples_are_chosen_to_be_unlike_each_other() -> None:
    texts = ["断路器跳闸了", "断路器跳闸后", "检修断路器的步骤", "断路器"]
    assert unlike_each_other(texts, 2) == ["断路器跳闸了", "检修断路器的步骤"]
    assert unlike_each_other(texts[:2], 2) == texts[:2]  # where there are no others
