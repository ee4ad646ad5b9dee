"""Segmentation, characters a CPU second, beside jieba: the same dictionary (jieba's), the same text, one process."""

import logging
import math

import jieba
import pyarrow as pa

from benchmarks.common import corpora, record, timed
from wajue.mining.text.symbols import is_han_text
from wajue.mining.tokens.segmenter import Segmenter


def from_jieba() -> Segmenter:
    """Our lattice with jieba's words and frequencies, without the few that are not all Han."""
    frequency = {w: f for w, f in jieba.dt.FREQ.items() if f > 0 and len(w) <= 8 and is_han_text(w)}
    total = math.log(sum(frequency.values()))
    log_prob = [math.log(f) - total for f in frequency.values()]
    lexicon = pa.table({"word": list(frequency), "count": list(frequency.values()), "log_prob": log_prob})
    return Segmenter.from_lexicon(lexicon, unknown_share=0.0)


def main() -> None:
    """Three rounds of each, alternately; the middle one is recorded."""
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    path = corpora() / "general/online_shopping_10_cats.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    small, size = lines[:6000], sum(map(len, lines))
    small_size = sum(map(len, small))
    segmenter = from_jieba()
    array = pa.array(lines)
    segmenter.tokens(array.slice(0, 10))
    ours, theirs, unmixed = [], [], []
    for _ in range(3):
        ours.append(size / timed(lambda: segmenter.tokens(array))[1])
        theirs.append(small_size / timed(lambda: [jieba.lcut(t) for t in small])[1])
        unmixed.append(small_size / timed(lambda: [jieba.lcut(t, HMM=False) for t in small])[1])
    for system, speeds in (("wajue", ours), ("jieba", theirs), ("jieba HMM off", unmixed)):
        record("segmentation", system, "characters/CPU s", f"{size / 1e6:.1f} M characters of reviews", speed=sorted(speeds)[1])
    same = both = 0
    tokens = segmenter.tokens(pa.array(small)).to_pylist()
    for text, mine in zip(small, tokens, strict=True):
        cuts = [_cuts(ws) for ws in (mine, [w for w in jieba.lcut(text, HMM=False) if not w.isspace()])]
        size_of = len("".join(mine))
        both += size_of
        same += size_of - len(cuts[0] ^ cuts[1])
    record("segmentation", "wajue", "share", "cuts as jieba has them, HMM off", agreement=same / both)


def _cuts(words: list[str]) -> set[int]:
    cuts, at = set(), 0
    for word in words:
        at += len(word)
        cuts.add(at)
    return cuts


if __name__ == "__main__":
    main()
