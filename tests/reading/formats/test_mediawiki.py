import bz2

import pytest

from tests.reading.read import read, told
from tests.reading.samples import page, wiki
from wajue.reading import decoding
from wajue.reading.formats.joining import FORMULA
from wajue.reading.formats.mediawiki import text_of_wikitext
from wajue.reading.formats.reader import Record


def test_each_article_is_a_record() -> None:
    dump = wiki(
        page("断路器", "'''断路器'''是&lt;br/&gt;开关"),
        page("开关", "", '<redirect title="断路器" />'),
        page("Talk:甲", "乙", ns=1),
    )
    found = read(dump, "zhwiki.xml")
    assert found[0] == Record(1, 2, {"id": "7", "title": "断路器", "date": "2024-05-01T08:00:00Z", "text": "断路器是\n开关"})
    assert told(found[1:]) == ["redirect", "not_an_article"] and [r.line for r in found] == [2, 4, 6]
    assert read(bz2.compress(dump), "zhwiki.xml.bz2") == found


def test_the_last_revision_counts() -> None:
    old = "<revision><id>1</id><timestamp>2001-01-01T00:00:00Z</timestamp><text>旧</text></revision>"
    [record] = told(read(wiki(page("甲", "新", old)), "a.xml"))
    assert (record["id"], record["text"], record["date"]) == ("7", "新", "2024-05-01T08:00:00Z")


def test_a_dump_that_ends_too_soon_keeps_its_pages() -> None:
    whole = wiki(page("甲", "一"), page("乙", "二"))
    assert [isinstance(r, Record) for r in read(whole[: whole.index("二".encode())], "a.xml")] == [True, False]
    assert told(read(whole.replace("二".encode(), b"&x;"), "a.xml"))[1:] == ["truncated_file"]


def test_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]>' + wiki(page("甲", "&amp;b;"))
    assert told(read(bomb, "a.xml", format="mediawiki")) == ["truncated_file"]


def test_a_page_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_RECORD", 50)
    assert told(read(wiki(page("甲", "一" * 60), page("乙", "二")), "a.xml"))[0] == "too_long"


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        (
            "{{Infobox|a={{b}}}}\n'''断路器'''（{{lang|en|breaker}}）是[[电力系统|电网]]的[[开关]]。",
            "断路器（breaker）是电网的开关。",
        ),
        ("甲（{{注音|x}}）乙", "甲乙"),
        ("[[File:a.jpg|thumb|图 [[开关]]]]文[[分类:电气]][[en:Breaker]][[:分类:电|电类]]", "文电类"),
        ("见[[:分类:电力设备]]、[[ :en:Breaker]]和[[:File:a.jpg]]", "见分类:电力设备、en:Breaker和File:a.jpg"),
        ("<ruby>断<rp>（</rp><rt>duàn</rt><rp>）</rp></ruby>路器", "断路器"),
        ("断路器（{{lang-en|circuit breaker}}，{{Lang-de|1=[[Schalter]]}}，{{lang-zh}}）", "断路器（circuit breaker，Schalter，）"),
        ("有{{formatnum:1234}}台，{{Formatnum: 56.7|R}}伏", "有1234台，56.7伏"),
        ("{{ruby|断|duan}}{{abbr|路|lu}}{{small|器}}{{小|拒}}{{color|red|动}}{{color|red}}", "断路器拒动"),
        ("甲-{H|zh-cn:博客;zh-tw:部落格}--{T|zh:题}--{-|zh-cn:博客}--{H;zh-cn|丙}-乙", "甲乙"),
        ("-{zh-hans|H}-和-{A|zh-cn:博客;zh-tw:部落格}--{[[甲|乙]]}-", "H和博客乙"),
        ('见<ref name="a">书</ref>公式<math>x^2</math>后<!-- 注 -->&nbsp;完', f"见公式{FORMULA}后\xa0完"),
        ("== 种类 ==\n* 油\n# [http://a.cn 真空]型 https://b.cn\n;术语:解释\n:缩进", "种类\n油\n真空型\n术语解释\n缩进"),
        ('{| class="wikitable"\n|-\n| 甲 || 乙\n|}\n后<syntaxhighlight lang="c">int x;</syntaxhighlight>', "后"),
        ("-{zh-hans:计算机;zh-hant:電腦}-和-{文字}-__TOC__", "计算机和文字"),
    ],
)
def test_wikitext(wikitext: str, text: str) -> None:
    assert text_of_wikitext(wikitext) == text


def test_markup_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wajue.reading.sandbox.SECONDS", 1)
    found = told(read(wiki(page("甲", "&lt;b&gt;" * 20_000), page("乙", "二")), "a.xml"))
    assert found[0] == "excessive_markup" and found[1]["text"] == "二"
