"""Does jieba cut better with the dictionary that was mined, and no worse elsewhere? F1 of words, as jieba comes and with it.

SXU       mined from its own text without spaces, train and test, and cut: what a user's dictionary is for
PKU       test text of another kind, cut with the dictionaries of SXU and of the panel's fields: what it must not harm

WAJUE_CORPORA is needed, and WAJUE_GOLD, WAJUE_GENERAL and WAJUE_PANEL as by the panel. jieba cuts as it does by default, with HMM.
"""

import os
import tempfile
from pathlib import Path

from benchmarks import panel
from benchmarks.common import corpora, record
from benchmarks.gold import Cut, gold, segmentation_f1
from wajue import config
from wajue.mining.tokens import jieba_dictionary
from wajue.results.export import export
from wajue.runner import mine
from wajue.store.workspace import Workspace


def cut_with(workspace: Workspace | None) -> tuple[Cut, int]:
    """jieba with the dictionary that is exported from a workspace, or as it comes; and the words of the dictionary."""
    tokenizer = jieba_dictionary.tokenizer()
    words = 0
    if workspace:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "userdict.txt"
            export(workspace, "jieba", path)
            words = len(path.read_text(encoding="utf-8").splitlines())
            tokenizer.load_userdict(str(path))
    return lambda texts: [tokenizer.lcut(text) for text in texts], words


def sxu(folder: Path) -> Workspace:
    """SXU, mined from its text without spaces."""
    lines = gold(corpora() / "seg/sxu_train.gold") + gold(corpora() / "seg/sxu_test.gold")
    (folder / "sxu.txt").write_text("\n".join("".join(line) for line in lines), encoding="utf-8")
    settings = f'[[corpus]]\nname = "sxu"\nrole = "domain"\npaths = ["{folder}/sxu.txt"]\nformat = "text"\n'
    (folder / "sxu.toml").write_text(f"{settings}[jose]\nenabled = false\n[trends]\nenabled = false\n", encoding="utf-8")
    return mine.mine(config.load(folder / "sxu.toml"), Workspace(str(folder / "sxu")))


def main() -> None:
    """SXU, and the fields of the panel that WAJUE_FIELDS names."""
    fields, general, folder = (panel.folder_of(f"WAJUE_{name}") for name in ("GOLD", "GENERAL", "PANEL"))
    pku = gold(next(corpora().glob("seg/**/pku_test_gold.utf8")))
    test, train = gold(corpora() / "seg/sxu_test.gold"), gold(corpora() / "seg/sxu_train.gold")
    plain, _ = cut_with(None)
    record("dictionaries", "jieba", "F1", "as it comes", pku=segmentation_f1(plain, pku))
    record(
        "dictionaries", "jieba", "F1", "as it comes", sxu_test=segmentation_f1(plain, test), sxu_train=segmentation_f1(plain, train)
    )
    mined, words = cut_with(sxu(folder))
    scores = {name: segmentation_f1(mined, lines) for name, lines in (("pku", pku), ("sxu_test", test), ("sxu_train", train))}
    record("dictionaries", "jieba and its dictionary", "F1", f"of sxu, {words} words", **scores)
    for name in os.environ.get("WAJUE_FIELDS", "").split():
        mined, words = cut_with(panel.mined(fields / name, general, folder))
        record("dictionaries", "jieba and its dictionary", "F1", f"of {name}, {words} words", pku=segmentation_f1(mined, pku))


if __name__ == "__main__":
    main()
