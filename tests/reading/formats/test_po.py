from pathlib import Path

from tests.reading.read import read, told
from wajue.reading.formats.po import without_roles

PO = r"""
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

#: a.c:1
msgid "Breaker"
msgstr "断路"
"器拒动"

#, fuzzy
msgid "old"
msgstr "模糊"

msgid "untranslated"
msgstr ""

msgid "file"
msgid_plural "files"
msgstr[0] "%d 个文件\n第二行"

#~ msgid "gone"
#~ msgstr "废弃"
"""


def test_translations_are_lines() -> None:
    assert told(read(PO.encode(), "zh.po")) == [{"text": "断路器拒动\n%d 个文件\n第二行"}]


def test_roles_of_a_manual_lose_their_marks() -> None:
    marked = "见 :ref:`教程 <tut>` 与 :class:`~a.B`，``open()`` 和 `网站 <http://a.cn>`_、*强调*、**加粗**、|主题|；a*b*c 不变"
    assert without_roles(marked) == "见 教程 与 B，open() 和 网站、强调、加粗、主题；a*b*c 不变"


def test_a_file_that_holds_the_name_of_another_is_not_that_file(tmp_path: Path) -> None:
    (tmp_path / "secret.po").write_text('msgid "a"\nmsgstr "秘密"\n', encoding="utf-8")
    assert told(read(str(tmp_path / "secret.po").encode(), "a.po")) == ["damaged_file"]
