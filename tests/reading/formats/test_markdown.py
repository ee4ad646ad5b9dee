import pytest

from tests.reading.read import read
from wajue.cleaning.passages import marked
from wajue.reading.formats.markdown import text_of_markdown
from wajue.reading.formats.reader import Record


def test_a_file_is_one_record_of_its_text() -> None:
    [markdown] = read("# 题\n\n<p>一</p>\n\n* **二**\n".encode(), "a.md")
    assert isinstance(markdown, Record) and markdown.fields == {"title": "", "text": "题\n一\n二"}


def test_front_matter_gives_fields_and_is_marked() -> None:
    source = "---\ntitle: 油枕\ntags: [变压器, 油]\ndate: 2021-05-01\n---\n# 题\n"
    [markdown] = read(source.encode(), "a.md")
    assert isinstance(markdown, Record)
    assert (
        markdown.fields["title"] == "油枕"
        and markdown.fields["tags"] == ["变压器", "油"]
        and str(markdown.fields["date"]) == "2021-05-01"
    )
    assert markdown.fields["text"] == marked("front_matter", source[: source.index("#")]) + "题"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("与关注**语义**相似度的[向量搜索](x)不同，`code`也*行*", "与关注语义相似度的向量搜索不同，code也行"),
        ("这是**“重点”**内容", "这是“重点”内容"),  # which CommonMark takes for asterisks
        ("**历经十年，**年年*如此，*而~~不变。~~的", "历经十年，年年如此，而不变。的"),
        ("面积为3*4，*号是乘号", "面积为3*4，*号是乘号"),
        ("高压断路器\n的检修", "高压断路器的检修"),
        ("| 项目 | 周期 |\n|---|---|\n| 油位 | 每月 |", "项目 | 周期\n油位 | 每月"),
        ("- 甲\n- 乙\n\n1. 丙", "甲\n乙\n丙"),
        ("![img](file:///C:\\Users\\me\\AppData\\x y.png)好", "好"),
        ("![油枕的结构](a b.png)", "油枕的结构"),
        ("见[手册](C:\\my docs\\a.doc)。", "见手册。"),
        ("价格$5到$6", "价格$5到$6"),
        ("::: tip\n提示内容\n:::", "提示内容"),
        ("## 用法 {#usage}\n\n图{ .wide }", "用法\n图"),
        ("见:numref:`fig_a`所示", "见所示"),
        ("正文[^1]。\n\n[^1]: 注释", "正文。\n注释"),
        ("    缩进的段落，不是代码。", "缩进的段落，不是代码。"),
    ],
)
def test_the_text_is_what_a_reader_sees(markdown: str, text: str) -> None:
    assert text_of_markdown(markdown) == text


@pytest.mark.parametrize(
    ("markdown", "passage"),
    [
        ("```py\nx = '中文'\n```", marked("code", "x = '中文'\n")),
        ("    f(x)", marked("code", "f(x)")),
        ("$$\na_1\n$$", marked("math", "\na_1\n")),
        ("\\[ a_1 \\]", marked("math", "\na_1\n")),
        ("设$a_1$为", "设" + marked("formula", "a_1") + "为"),
        ("设\\(a_1\\)为", "设" + marked("formula", "a_1") + "为"),
    ],
)
def test_code_and_formulae_are_marked(markdown: str, passage: str) -> None:
    assert text_of_markdown(markdown).strip() == passage.strip()


def test_what_looks_like_markup_within_code_stays() -> None:
    assert text_of_markdown("`\\(x\\)` 和 `![a](b c)`") == "\\(x\\) 和 ![a](b c)"
