"""Lines in, lines out, whatever their number and line ends."""

import io
from pathlib import Path

import pytest

from tests import tiny
from wajue.errors import WajueError
from wajue.results import cut_lines

LEXICON = [{"word": w, "count": 9, "log_prob": p} for w, p in (("断路器", -3.0), ("断", -9.0), ("路", -9.0), ("器", -9.0))]


def test_lines_are_cut_in_blocks_and_a_wrong_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_lines, "_BLOCK_BYTES", 20)  # two lines
    workspace = tiny.workspace(tmp_path / "w", lexicon=LEXICON)
    text = "断路器断\r\n\n" + "断断路器\n" * 3
    blocks = list(cut_lines.cut_lines(workspace, io.BytesIO(text.encode()), "a.txt"))
    assert len(blocks) > 1 and b"".join(blocks).decode() == "断路器 断\n\n" + "断 断路器\n" * 3
    wrong = io.BytesIO(text.encode() + b"\xff\n")
    with pytest.raises(WajueError, match=r"a\.txt, line 6: not valid UTF-8"):
        list(cut_lines.cut_lines(workspace, wrong, "a.txt"))
