import pytest

from tests.reading.read import read
from wajue.cleaning.passages import marked
from wajue.reading.formats.html import main_text, text_of_html
from wajue.reading.formats.reader import Record


def test_a_file_is_one_record_of_its_text() -> None:
    [page] = read(b"<html><head><title> t </title></head><script>x</script><p>a</p></html>", "a.html")
    assert isinstance(page, Record) and page.fields == {"title": "t", "text": "a"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p>与关注<b>语义</b>相似度的<a href="x">向量搜索</a>不同，<i>它</i>更快</p>', "与关注语义相似度的向量搜索不同，它更快"),
        ("<b>深度</b> <b>学习</b>", "深度 学习"),  # the space of the source
        ("<p>高压断路器\n   的检修</p>", "高压断路器的检修"),  # a line end between Han characters
        ("<p>use the\nPython 语言\nnow</p>", "use the Python 语言 now"),
        ("一<br>二<hr/>三", "一\n二\n三"),
        ("<ul><li>甲</li><li><p>乙</p></li></ul>丙", "甲\n乙\n丙"),
        ("<table><tr><th>项目</th><th>周期</th></tr><tr><td>油位</td><td>每月</td></tr></table>", "项目 | 周期\n油位 | 每月"),
        ("<table><tr><td></td><td>甲</td><td> </td><td>乙</td></tr></table>", "甲 | 乙"),
        ('看<img src="C:\\a.png" alt="油枕的结构">这里', "看油枕的结构这里"),
        ('<img alt="image.png"><img alt="img"><img>好', "好"),
        ("<p>好<style>a{}</style><noscript>x</noscript><!-- 注 --></p>", "好"),
        ("&lt;b&gt;是标签", "<b>是标签"),
        ("<ruby>断<rp>（</rp><rt>duàn</rt><rp>）</rp></ruby><ruby>路<rt>lù</rt></ruby>器", "断路器"),
        ("", ""),
    ],
)
def test_inline_elements_join_and_blocks_part(html: str, text: str) -> None:
    assert text_of_html(html) == text


def test_code_and_formulae_are_marked() -> None:
    assert text_of_html("一<pre>x = 1\n  y</pre>二") == "一" + marked("code", "x = 1\ny") + "二"
    assert text_of_html("设<math><mi>x</mi></math>为") == "设" + marked("formula", "x") + "为"
    assert text_of_html("<span class=katex><math><mi>x</mi></math>x</span>") == marked("formula", "xx")
    assert text_of_html("<pre>床前明月光\n疑是地上霜</pre>") == "床前明月光\n疑是地上霜"  # no code


BODY = "<p>变压器的油枕位于油箱的上方，它的作用是补偿油的体积变化。检修人员应当定期检查<b>油位</b>是否正常。</p>"
PAGE = f"""<html><head><title>检修</title></head><body><nav><a href="/">首页</a> <a href="/b">产品中心</a></nav>
<div class="cookie-banner">本网站使用 Cookie 以改善体验。<button>接受</button></div>
<div id="main"><h1>变压器检修手册</h1>{BODY * 6}<ul><li>检查套管</li></ul><pre>x = 1</pre></div>
<div class="comments"><h3>评论</h3><p>网友甲：写得好。</p></div><footer>版权所有</footer></body></html>"""


def test_the_main_content_of_a_page_lacks_what_stands_around_it() -> None:
    text = main_text(PAGE)
    assert text.startswith("变压器检修手册\n变压器的油枕位于") and "检查油位是否" in text and "检查套管" in text
    assert marked("code", "x = 1").strip() in text
    assert not any(word in text for word in ("首页", "Cookie", "网友", "版权"))


@pytest.mark.parametrize(("mode", "navigation"), [("auto", False), ("always", False), ("never", True)])
def test_it_is_left_out_of_whole_pages(mode: str, navigation: bool) -> None:
    [page] = read(PAGE.encode(), "a.html", main_content=mode)
    assert isinstance(page, Record) and ("产品中心" in page.fields["text"]) is navigation
    [fragment] = read(f"<nav>产品中心</nav>{BODY}".encode(), "a.html", main_content="auto")
    assert isinstance(fragment, Record) and "产品中心" in fragment.fields["text"]
