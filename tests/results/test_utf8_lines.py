import io
import sys
from pathlib import Path

import pytest

from wajue.errors import WajueError
from wajue.results.utf8_lines import numbered_lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("\ufeff退款\r\n\n电池\n", [(1, "退款"), (2, ""), (3, "电池")]),
        ("退\u2028款", [(1, "退\u2028款")]),  # no end of a line for an editor
        ("\n\n", [(1, ""), (2, "")]),
        ("", []),
    ],
)
def test_lines_are_those_of_an_editor(
    tmp_path: Path, data: str, lines: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new.txt").write_bytes(data.encode())
    assert numbered_lines(tmp_path / "new.txt") == lines
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data.encode())))
    assert numbered_lines("-") == lines


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "gbk.txt").write_bytes("退款\n".encode() + "退款\n".encode("gb18030"))
    with pytest.raises(WajueError, match=r"gbk.txt, line 2: not valid UTF-8 \(.*\); convert it first"):
        numbered_lines(tmp_path / "gbk.txt")
    with pytest.raises(WajueError, match=r"cannot read .*absent.txt: No such file"):
        numbered_lines(tmp_path / "absent.txt")
