import pytest

from tests.reading.read import read, told
from wajue.reading.formats.asciidoc import html_of_asciidoc


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        ("= 标题\n张三 <a@b.cn>\nv1.0\n:toc: left\n\n第一行，\n第二行", "<h2>标题</h2>\n<p>第一行，第二行</p>"),
        (
            "*强调*和_斜_ `code` link:a[链接] https://a.cn[网站,x=y] <<a,章节>> {url}",
            "<p>强调和斜 <code>code</code> 链接 网站 章节</p>",
        ),
        ("前 *强调* 后 _斜体_ a*b*c **粗**体", "<p>前 强调 后 斜体 a*b*c 粗体</p>"),
        ("设stem:[x < 1]为、((断路器))(((隐藏)))", "<p>设<math></math>为、断路器</p>"),
        ("// 注\n////\n块\n////\nNOTE: 注意", "<p>注意</p>"),
        ("[source,java]\n----\nint x < 1;\n----\n....\n文\n....", "<pre>int x &lt; 1;</pre>\n<pre>文</pre>"),
        (
            ".题\n* 甲\n** 乙\n. 丙\n+\n附\n术语:: 解释",
            "<p>题</p>\n<p>甲</p>\n<p>乙</p>\n<p>丙</p>\n<p>附</p>\n<p>术语</p>\n<p>解释</p>",
        ),
        (
            "|===\n|名称 |数量\n\n|断路器\n|三\n|===",
            "<table><tr><td>名称</td><td>数量</td></tr><tr><td>断路器</td><td>三</td></tr></table>",
        ),
        (
            "image::a.png[图片,200]\ninclude::/etc/passwd[]\n[stem]\n++++\na\n++++\n====\n例\n====",
            "<p>图片</p>\n<p><math></math></p>\n<p>例</p>",
        ),
    ],
)
def test_what_a_document_stands_for(markup: str, html: str) -> None:
    assert html_of_asciidoc(markup) == html


def test_a_file_is_a_record() -> None:
    [record] = told(read("= 标题\n\n断路器".encode(), "a.adoc"))
    assert record["text"].split() == ["标题", "断路器"]
