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
VECTORS = [("断路器", 12), ("a b", 5), ("开\n关", 4), ("SF6断路器", 3), ("=1", 2)]
RNG = np.random.default_rng(7)
MATRIX = RNG.standard_normal((len(VECTORS), 5)).astype(np.float32)

LEXICON = [
    {"word": w, "count": n, "is_new": n < 5, "score": s}
    for w, n, s in (("断路器", 9, 1.5), ("开关", 3, None), ("[b]:smile:", 1, 2.0))
]
REJECT = {"doc_id": "d1", "corpus": "c", "step": "clean", "reason": "too_short", "text": "短"}
