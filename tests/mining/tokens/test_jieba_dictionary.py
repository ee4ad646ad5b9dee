from wajue.mining.tokens.jieba_dictionary import frequencies


def test_the_dictionary_has_its_words_with_their_counts() -> None:
    counts = frequencies()
    assert len(counts) > 300_000 and counts["断路器"] > 0 and "觉得" in counts
    assert min(counts.values()) >= 0 and sum(counts.values()) > 50_000_000
    assert frequencies() is counts  # read once
