"""New-word discovery: how good its lexicon, its cuts of each granularity and its new words are, and what it costs on Spark.

The scores are those of gold.py. The text that is cut stands, without its spaces, in the text that is mined, which is the
custom for unsupervised segmentation.
"""

import re
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from benchmarks import tables
from benchmarks.common import corpora, record
from benchmarks.gold import Cut, gold, lexicon_f1, precision, segmentation_f1
from wajue.cleaning.characters import convert_script, normalize_in_place
from wajue.config import Config, Corpus
from wajue.mining.tokens.granularity import GRADES, holding_together
from wajue.mining.tokens.segmenter import Segmenter
from wajue.runner.progress import Meter, Watch
from wajue.spark import session
from wajue.spark.flow import Flow
from wajue.stages.new_words import new_words
from wajue.stages.ngrams import ngrams
from wajue.stages.segment import segment

_SMALL, _LARGE = 12_000_000, 50_000_000  # characters
_TAGS = re.compile("<[^>]*>")
_KEY, _TITLE = re.compile(r'\s*"\w+":'), re.compile(r'\s*"title": "(.*)",?$')  # lines of pretty-printed JSON
_CONFIG = Config(corpus=(Corpus(name="x", role="general", paths=("x",)),))


def mine(documents: Flow, folder: str) -> tuple[pa.Table, Segmenter]:
    """(lexicon, its segmenter) of documents; folder: where the tables between go."""
    spark = documents.source.sparkSession
    for name, rows in zip(("clauses", "ngrams"), ngrams(documents, config=_CONFIG), strict=True):
        tables.write(rows, folder, name)
    lexicon = new_words(*(tables.read(spark, folder, name) for name in ("clauses", "ngrams")), config=_CONFIG).toArrow()
    tables.clear(spark, folder)
    return lexicon, Segmenter.from_lexicon(
        lexicon.select(["word", "count", "log_prob"]), unknown_share=_CONFIG.segment.unknown_share
    )


def _cut(segmenter: Segmenter) -> Cut:
    return lambda runs: segmenter.tokens(pa.array(runs, pa.string())).to_pylist()


def by_granularity(lexicon: pa.Table, folder: str, tests: dict[str, list[list[str]]]) -> dict[str, float]:
    """{test and granularity: F1}; lexicon, folder: what `mine` returned last, and where it left the n-grams."""
    batches = ds.dataset(f"{folder}/ngrams").to_batches()
    units = pa.concat_arrays([holding_together(batch).column("ngram") for batch in batches])
    scores = {}
    for granularity in GRADES:
        segmenter = Segmenter.from_lexicon(
            lexicon.select(["word", "count", "log_prob", "used"]),
            unknown_share=_CONFIG.segment.unknown_share,
            granularity=granularity,  # type: ignore[arg-type]
            units=units,
        )
        scores |= {f"{name}_{granularity}": segmentation_f1(_cut(segmenter), lines) for name, lines in tests.items()}
    return scores


def mix(folder: Path) -> list[str]:
    """News, titles of Zhihu, laws, the wiki and the text of the PKU and MSR tests, a line each.

    The wiki is converted to simplified script; lines that keep a character of the traditional one are left out.
    """
    tests = ["".join(words) for name in ("pku", "msr") for words in gold(next(folder.glob(f"seg/**/{name}_test_gold.utf8")))]
    named = [*folder.glob("general/xinwenlianbo*/news/*.md"), *folder.glob("general/zhihu*/raw/*.json")]
    named += folder.glob("domain/law_national/**/*.md")
    plain = [line for path in sorted(named) for line in path.read_text(encoding="utf-8").split("\n")]
    plain = [_TITLE.sub(r"\1", line) for line in plain if not _KEY.match(line) or _TITLE.match(line)]
    wiki = [_TAGS.sub("", line) for line in (folder / "general/zhwiki_AA_00-79.txt").read_text(encoding="utf-8").split("\n")]
    simple = convert_script(wiki, "simplified")
    left_over = re.compile("[" + "".join(sorted(_traditional())) + "]")
    lines = tests + plain + [line for line in simple if not left_over.search(line)]
    return [normalize_in_place(line) for line in lines if line.strip()]


def _traditional() -> set[str]:
    """Characters that the conversion changes wherever they stand."""
    plane = [chr(c) for c in range(0x4E00, 0x9FA6)]
    return {a for a, b in zip(plane, convert_script(plane, "simplified"), strict=True) if a != b}


def as_documents(folder: str, name: str, texts: list[str]) -> Flow:
    """As the pipeline would find them: Parquet, in a few row groups."""
    rows = {"doc_id": [f"{i:020x}" for i in range(len(texts))], "corpus": ["x"] * len(texts), "role": ["general"] * len(texts)}
    rows |= {"date": pa.nulls(len(texts), pa.string())}
    Path(f"{folder}/{name}").mkdir(exist_ok=True)
    pq.write_table(pa.table(rows | {"text": texts}), f"{folder}/{name}/part.parquet", row_group_size=max(1, len(texts) // 8))
    return tables.read(session.session("local[2]"), folder, name)


def quality(folder: str) -> None:
    """SXU (on which the recipe was tuned), PKU and MSR."""
    train, test = gold(corpora() / "seg/sxu_train.gold"), gold(corpora() / "seg/sxu_test.gold")
    types = Counter(w for line in train + test for w in line)
    texts = ["".join(line) for line in train + test]
    lexicon, segmenter = mine(as_documents(folder, "sxu", texts), folder)
    words = lexicon.column("word").to_pylist()
    used = Counter(w for line in _cut(segmenter)(texts) for w in line)
    scores = {
        "lexicon_f1": lexicon_f1([w for w in words if used[w] >= 5], types),
        "train_f1": segmentation_f1(_cut(segmenter), train),
        "test_f1": segmentation_f1(_cut(segmenter), test),
    }
    record("discovery", "wajue", "F1", "SXU, train and test text mined", **scores)
    record("granularity", "wajue", "F1", "SXU, train and test text mined", **by_granularity(lexicon, folder, {"sxu": train + test}))
    new = [w for w, is_new in zip(words, lexicon.column("is_new").to_pylist(), strict=True) if is_new]
    record("discovery", "wajue", "P@k", "new words, SXU", **precision(new, types))
    texts = mix(corpora())
    lexicon, segmenter = mine(as_documents(folder, "mix", texts), folder)
    note = f"mined: news, Zhihu, laws, wiki, test text, {sum(map(len, texts)) / 1e6:.1f} M characters"
    tests = {name: gold(next(corpora().glob(f"seg/**/{name}_test_gold.utf8"))) for name in ("pku", "msr")}
    record("discovery", "wajue", "F1", note, **{name: segmentation_f1(_cut(segmenter), lines) for name, lines in tests.items()})
    record("granularity", "wajue", "F1", note, **by_granularity(lexicon, folder, tests))


def cost(folder: str) -> None:
    """CPU seconds of all processes for counting, EM and cutting the text; the slope leaves out what does not grow."""
    texts, spent = mix(corpora()), {}
    for size in (_SMALL, _SMALL, _LARGE):  # the first round compiles
        part, have = [], 0
        for text in texts:
            if have >= size:
                break
            part.append(text)
            have += len(text)
        documents, seconds = as_documents(folder, "part", part), {}
        spark = documents.source.sparkSession
        for step in ("ngrams", "new_words", "segment"):
            watch = Watch(step)
            with watch.running():
                if step == "ngrams":
                    for name, rows in zip(("clauses", "ngrams"), ngrams(documents, config=_CONFIG), strict=True):
                        tables.write(rows, folder, name)
                elif step == "new_words":
                    found = (tables.read(spark, folder, name) for name in ("clauses", "ngrams"))
                    tables.write(new_words(*found, config=_CONFIG), folder, "lexicon")
                else:
                    lexicon = tables.read(spark, folder, "lexicon")
                    tables.write(segment(documents, lexicon, None, config=_CONFIG), folder, "tokens")
                tables.clear(spark, folder)
            assert isinstance(watch.meter, Meter)
            seconds[step] = watch.cpu_seconds
            print(f"{have / 1e6:.1f} M: {step} {watch.cpu_seconds:.1f} CPU s, peak {watch.meter.peak_rss / 1e6:.0f} MB", flush=True)
        spent[size] = (have, seconds)
        record("discovery", "wajue", "CPU s", f"{have / 1e6:.1f} M characters, local[2]", **seconds)
    (small, before), (large, after) = spent[_SMALL], spent[_LARGE]
    grown = {step: after[step] - before[step] for step in after}
    mining = grown["ngrams"] + grown["new_words"]
    note = "counting, EM and Viterbi of all clauses, local[2]"
    record("discovery", "wajue", "characters/CPU s", note, slope=(large - small) / mining)
    note = "the same and all documents cut and written, local[2]"
    record("discovery", "wajue", "characters/CPU s", note, slope=(large - small) / (mining + grown["segment"]))


def main() -> None:
    """Quality, then cost."""
    with tempfile.TemporaryDirectory() as folder:
        quality(folder)
        cost(folder)


if __name__ == "__main__":
    main()
