"""Words, terms and vectors that are awkward to export, and rows to query."""

import numpy as np

# (word, count, score): the first is known, the last two are below the score of the run
WORDS = [("手机", 90, 20.0), ("汇控柜", 40, 19.0), ("SF6断路器", 9, 12.0), ("TNF-α", 8, 11.0), ("导线", 7, 2.0), ("不得更", 6, 1.0)]
EVIL = '=HYPERLINK("http://x","看")'
TERMS = [
    ("断路器", ["断路器"], ["断路器跳闸", "<b>断路器</b>&检修\n第二行"]),
    ("SF6断路器", ["SF6", "断路器"], [EVIL]),
    ("断路器操作机构", ["断路器", "操作", "机构"], None),
    ("操作机构", ["操作", "机构"], ["操作机构\x02卡涩"]),
    (EVIL, [EVIL], []),
    ("circuit breaker", ["circuit", "breaker"], None),
]
NESTED = {"操作机构": "断路器操作机构", "断路器": "断路器操作机构", "SF6断路器": "别的"}
SENTENCE = "断路器（circuit breaker，CB）接通电流"
RELATIONS = [
    {"from_term": a, "to_term": b, "kind": kind, "score": score, "count": 2, "example": example, "doc_id": doc_id}
    for a, b, kind, score, example, doc_id in (
        ("断路器", "CB", "abbreviation", 0.6, SENTENCE, "d1"),
        ("断路器", "circuit breaker", "gloss", 0.5, SENTENCE, "d1"),  # a listed term, too
        ("SF6断路器", "六氟化硫断路器", "alias", 0.5, "SF6断路器又称六氟化硫断路器", "gone"),
        ("断路器", "能接通电流的开关", "definition", 0.5, "断路器是指能接通电流的开关。", "d1"),
        ("断路器操作机构", "操作机构", "broader", 0.9, None, None),
        ("SF6断路器", "断路器", "broader", 0.8, None, None),
        ("电流", "current", "gloss", 0.5, "电流（current）", "d1"),  # of no listed term
    )
]
VECTORS = [("断路器", 12), ("a b", 5), ("开\n关", 4), ("SF6断路器", 3), ("=1", 2)]
RNG = np.random.default_rng(7)
MATRIX = RNG.standard_normal((len(VECTORS), 5)).astype(np.float32)

LEXICON = [
    {"word": w, "count": n, "is_new": n < 5, "score": s}
    for w, n, s in (("断路器", 9, 1.5), ("开关", 3, None), ("[b]:smile:", 1, 2.0))
]
REJECT = {"doc_id": "d1", "corpus": "c", "step": "clean", "reason": "too_short", "text": "短"}
