import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.reading import samples
from tests.reading.read import read, told
from wajue.reading.formats.joining import FORMULA
from wajue.reading.formats.reader import Record


def text(data: bytes) -> str:
    [document] = read(data, "a.docx")
    assert isinstance(document, Record)
    return str(document.fields["text"])


def test_paragraphs_items_and_rows_are_lines() -> None:
    document = docx.Document()
    document.add_heading("第一章 断路器", 1)
    paragraph = document.add_paragraph("断路器")
    paragraph.add_run("拒动").bold = True
    paragraph.add_run("时，\n应检查 Relay\nProtection 装置。")
    document.add_paragraph("第一项", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, content in zip((c for row in table.rows for c in row.cells), ("名称", "数量", "断路器\n甲", "三"), strict=True):
        cell.text = content
    document.add_paragraph("")
    document.sections[0].header.paragraphs[0].text = "页眉"
    lines = ["第一章 断路器", "断路器拒动时，应检查 Relay Protection 装置。", "第一项", "名称 | 数量", "断路器甲 | 三"]
    assert text(samples.saved(document)).split("\n") == lines


def test_what_tracked_changes_deleted_and_tables_of_contents_are_left_out() -> None:
    document = docx.Document()
    changed = f"""<w:p {nsdecls("w")}><w:r><w:t>现</w:t></w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>
        <w:ins><w:r><w:t>在</w:t></w:r></w:ins><w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink></w:p>"""
    contents = f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="TOC1"/></w:pPr><w:r><w:t>第一章 1</w:t></w:r></w:p>'
    formula = f"""<w:p {nsdecls("w")} xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:r><w:t>设</w:t></w:r>
        <m:oMath><m:r><m:t>x</m:t></m:r></m:oMath><w:r><w:t>为实数</w:t></w:r></w:p>"""
    for xml in (contents, changed, formula):
        document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")
    assert text(samples.saved(document)) == f"现在链接\n设{FORMULA}为实数"


def cell(*content: str) -> str:
    """A cell of a table: its paragraphs, and tables, which begin with a tag."""
    return f"<w:tc>{''.join(c if c[0] == '<' else f'<w:p><w:r><w:t>{c}</w:t></w:r></w:p>' for c in content)}</w:tc>"


def controlled(content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


INNER = f"<w:tbl><w:tr>{cell('内一')}{cell('内二')}</w:tr></w:tbl>"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (f"<w:tr>{cell('前', INNER, '后')}{cell('外一')}</w:tr>", ["前内一 | 内二后 | 外一"]),
        (f"<w:tr>{cell(controlled(INNER))}{cell('外一')}</w:tr>", ["内一 | 内二 | 外一"]),
        (f"<w:tr>{cell('甲')}{controlled(cell('乙'))}</w:tr>", ["甲 | 乙"]),
        (controlled(f"<w:tr>{cell('甲')}</w:tr>") + f"<w:tr>{cell('乙')}</w:tr>", ["甲", "乙"]),
        (f"<w:customXml><w:tr><w:ins>{controlled(cell('甲'))}</w:ins>{cell('乙')}</w:tr></w:customXml>", ["甲 | 乙"]),
        (f"<w:tr><w:del>{cell('旧')}</w:del>{cell('新')}</w:tr>", ["新"]),
    ],
)
def test_each_cell_is_read_once_whatever_it_lies_in(rows: str, lines: list[str]) -> None:
    assert text(samples.word_of(f"<w:tbl>{rows}</w:tbl>")).split("\n") == lines


@pytest.mark.parametrize(
    ("element", "character"),
    [
        ("<w:noBreakHyphen/>", "-"),
        ("<w:softHyphen/>", ""),
        ('<w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/>', "\t"),
        ("<w:tab/>", "\t"),
        ('<w:sym w:font="Times New Roman" w:char="03A9"/>', "Ω"),
        ('<w:sym w:font="宋体" w:char="2460"/>', "①"),
        *((f'<w:sym w:font="{font}" w:char="0041"/>', "□") for font in ("Symbol", "Wingdings", "Wingdings 2", "Webdings")),
        *((f'<w:sym w:font="宋体" w:char="{code}"/>', "□") for code in ("F0E0", "D800", "0000", "FFFFFF", "x")),
        ('<w:sym w:char="2103"/>', "℃"),
    ],
)
def test_elements_that_are_a_character(element: str, character: str) -> None:
    line = f"<w:p><w:r><w:t>甲</w:t>{element}<w:t>乙</w:t></w:r></w:p>"
    assert text(samples.word_of(line)) == f"甲{character}乙"


def test_title_and_date_are_fields() -> None:
    document = docx.Document(io.BytesIO(samples.word("甲")))
    document.core_properties.title = "运行手册"
    [record] = read(samples.saved(document), "a.docx")
    assert isinstance(record, Record) and record.fields == {
        "text": "甲",
        "title": "运行手册",
        "date": "2013-12-23",
    }  # of the template


def test_damage_costs_the_file() -> None:
    data = samples.word("断路器")
    assert told(read(data[:-100], "a.docx")) == ["damaged_file"]
    assert told(read(samples.zipped({"[Content_Types].xml": b"<a", "word/document.xml": b"<b"}), "a.docx")) == ["damaged_file"]


def test_a_document_that_expands_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wajue.reading.sandbox._BYTES", 1 << 27)
    with zipfile.ZipFile(io.BytesIO(samples.word("甲"))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = members["word/document.xml"].replace(b"<w:p>", b"<w:p/>" * 5_000_000 + b"<w:p>")
    assert told(read(samples.zipped(members), "a.docx")) == ["damaged_file"]  # lxml calls a lack of memory an unknown error
