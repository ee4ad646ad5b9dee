from collections.abc import Callable
from typing import Any

import pytest

from tests.frames import contrast, segment, terms, word_counts
from tests.stages.conftest import Mined
from tests.stages.texts import BOTH, documents, empty_lexicon
from wajue.config import Config
from wajue.mining.tokens import jieba_dictionary

Load = Callable[..., Config]
pytestmark = pytest.mark.spark


def test_what_the_domain_alone_has_stands_out(load: Load, mined: Mined) -> None:
    candidates = {r.term: r for r in contrast(mined.tokens, mined.word_counts, config=load(corpus=BOTH)).collect()}
    term = candidates["断路器"]
    [counted] = mined.word_counts.where("word = '断路器'").collect()
    assert (term.domain_count, term.domain_documents) == (counted["count"], counted.document_count)
    assert term.general_count == 0 and term.filtered_by is None and term.keyness > 0


def test_a_dictionary_stands_for_general_text(spark: Any, load: Load) -> None:
    config = load('[segment]\nmethod = "jieba"\n[contrast]\nmin_count = 2\nbackground = "jieba"\n')
    assert not config.has_role("general")
    texts = documents(spark, [("d", "domain", "断路器，可以，断路器，可以。")])
    tokens = segment(texts, empty_lexicon(spark), None, config=config)
    candidates = {r.term: r for r in contrast(tokens, word_counts(tokens, config=config), config=config).collect()}
    known = jieba_dictionary.frequencies()
    assert candidates["断路器"].general_count == known["断路器"] < known["可以"] == candidates["可以"].general_count
    assert candidates["断路器"].general_per_million == pytest.approx(known["断路器"] * 1e6 / sum(known.values()))


def test_a_domain_of_a_few_words_ends_with_a_warning(spark: Any, load: Load, caplog: pytest.LogCaptureFixture) -> None:
    texts = documents(spark, [("d", "domain", "断路器跳闸。"), ("q", "general", "吃饭。" * 9)])
    config = load('[segment]\nmethod = "jieba"\n', corpus=BOTH)
    tokens = segment(texts, empty_lexicon(spark), None, config=config)
    candidates = contrast(tokens, word_counts(tokens, config=config), config=config)
    assert candidates.count() == 0 and "min_count = 5" in caplog.text
    assert terms(candidates, tokens, None, config=config).count() == 0 and "no candidate passed" in caplog.text
