"""Other systems that find words without labels, on the text of SXU: the scores of gold.py, and characters/CPU-s.

    pip install jieba harvesttext jiagu smoothnlp sentencepiece setuptools      # in an environment of its own
    WAJUE_CORPORA=... python -m benchmarks.peers

What is not installed there is passed over, and said. Segmentation is scored where a system offers one.
"""

import importlib
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.common import corpora, record, timed
from benchmarks.gold import HAN, Cut, gold, lexicon_f1, precision, segmentation_f1

_WANTED = 20_000  # words, where a system asks how many
Found = tuple[list[str], list[str] | None, Cut | None]  # (words; words without a dictionary's, the best first; how to cut)


def jieba(texts: list[str], hmm: bool = True) -> Found:
    """Its dictionary, and the words that its hidden Markov model makes up, by count."""
    cutter = importlib.import_module("jieba")
    cutter.setLogLevel(60)
    cutter.initialize()
    count = Counter(w for t in texts for w in cutter.cut(t, HMM=hmm))
    made_up = [w for w, _ in count.most_common() if w not in cutter.dt.FREQ]
    return (
        [w for w, n in count.items() if n >= 5],
        made_up if hmm else None,
        lambda runs: [list(cutter.cut(r, HMM=hmm)) for r in runs],
    )


def jieba_dictionary(texts: list[str]) -> Found:
    """Its dictionary alone."""
    return jieba(texts, hmm=False)


def harvesttext(texts: list[str]) -> Found:
    """PMI and branching entropy."""
    miner = importlib.import_module("harvesttext").HarvestText()
    found = miner.word_discover("\n".join(texts), auto_param=True, excluding_types=[])
    ranked = found.sort_values("score", ascending=False).index.tolist()
    return ranked, ranked, None


def jiagu(texts: list[str]) -> Found:
    """PMI and branching entropy; the best first is the most frequent."""
    miner = importlib.import_module("jiagu")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "in").write_text("\n".join(texts), encoding="utf-8")
        miner.findword(f"{folder}/in", f"{folder}/out")
        ranked = [line.split()[0] for line in Path(folder, "out").read_text(encoding="utf-8").splitlines() if line.strip()]
    return ranked, ranked, None


def smoothnlp(texts: list[str]) -> Found:
    """PMI and branching entropy."""
    ranked = importlib.import_module("smoothnlp.algorithm.phrase.phrase_extraction").extract_phrase(texts, top_k=_WANTED)
    return ranked, ranked, None


def sentencepiece(texts: list[str]) -> Found:
    """Unigram language model, 16,000 pieces."""
    library = importlib.import_module("sentencepiece")
    with tempfile.TemporaryDirectory() as folder:
        library.SentencePieceTrainer.train(
            sentence_iterator=iter(texts), model_prefix=f"{folder}/m", vocab_size=16_000, character_coverage=1.0, num_threads=2,
            split_by_unicode_script=True, add_dummy_prefix=False, minloglevel=2,
        )  # fmt: skip
        model = library.SentencePieceProcessor(model_file=f"{folder}/m.model")
    pieces = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    return pieces, pieces, lambda runs: model.encode(runs, out_type=str)


SYSTEMS: dict[str, Callable[[list[str]], Found]] = {
    "jieba": jieba,
    "jieba, dictionary alone": jieba_dictionary,
    "HarvestText": harvesttext,
    "Jiagu": jiagu,
    "SmoothNLP": smoothnlp,
    "SentencePiece unigram": sentencepiece,
}


def main() -> None:
    """Every system in turn."""
    train, test = gold(corpora() / "seg/sxu_train.gold"), gold(corpora() / "seg/sxu_test.gold")
    types = Counter(w for line in train + test for w in line)
    texts = ["".join(line) for line in train + test]
    size = sum(map(len, texts))
    try:
        dictionary = importlib.import_module("jieba").dt
        dictionary.initialize()
        known: set[str] = set(dictionary.FREQ)
    except ImportError:
        known = set()
    for name, mine in SYSTEMS.items():
        found: list[Found] = []
        try:
            _, cpu = timed(lambda mine=mine, found=found: found.append(mine(texts)))  # type: ignore[misc]
        except ImportError as error:
            print(f"{name}: not installed here ({error})")
            continue
        words, ranked, cut = found[0]
        record("peers", name, "F1", "SXU, lexicon", lexicon_f1=lexicon_f1(words, types))
        if cut is not None:
            # pieces of whole runs of Han characters alone
            record("peers", name, "F1", "SXU, test", test_f1=segmentation_f1(cut, test))
        if ranked is not None:
            new = [w for w in ranked if w not in known and HAN.fullmatch(w)]
            record("peers", name, "P@k", f"SXU, {len(new)} new words", **precision(new, types))
        record("peers", name, "characters/CPU s", "SXU, words found", speed=size / cpu)


if __name__ == "__main__":
    main()
