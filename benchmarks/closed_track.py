"""The bake-off of 2005 without labels: each test text is mined by itself, and scored as the bake-off scores, over whole lines.

In: TEST_test_gold.utf8 of PKU, MSR, CityU and AS (as_testing_gold.utf8), as far as they lie in the folder of the corpora. Nothing
else is read: neither the training text nor a dictionary.
"""

import tempfile

import pyarrow as pa

from benchmarks.common import corpora, record
from benchmarks.discovery import as_documents, mine
from benchmarks.gold import gold, segmentation_f1
from wajue.results.evaluation.segmentation import agreement

_TESTS = ("pku", "msr", "as", "cityu")


def main() -> None:
    """F1 of each test that lies in the folder."""
    whole, han, characters = {}, {}, 0
    for name in _TESTS:
        for path in corpora().glob(f"seg/**/{name}_test*_gold.utf8"):
            lines = gold(path)
            texts = ["".join(line) for line in lines]
            characters += sum(map(len, texts))
            with tempfile.TemporaryDirectory() as folder:
                _, segmenter = mine(as_documents(folder, name, texts), folder)

            def cut(runs: list[str], segmenter=segmenter) -> list[list[str]]:  # type: ignore[no-untyped-def]
                return segmenter.tokens(pa.array(runs, pa.string())).to_pylist()

            whole[name], han[name] = agreement(cut, lines).f1, segmentation_f1(cut, lines)
    note = f"each mined from its own test text alone, {characters / 1e6:.2f} M characters together"
    record("closed_track", "wajue", "F1", f"{note}; whole lines", **whole)
    record("closed_track", "wajue, Han runs", "F1", f"{note}; runs of Han characters", **han)


if __name__ == "__main__":
    main()
