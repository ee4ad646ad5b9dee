import io
from typing import Any

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, Table

from tests.reading import samples
from tests.reading.read import read, told
from wajue.reading.formats.pdf import Line, paragraphs

LONG = "主变压器在运行中发生渗漏油时，运行人员应当立即检查油位，并且向调度员汇报。" * 4
ENGLISH = "The quick brown fox jumps over the lazy dog. " * 5


def text(data: bytes) -> list[str]:
    [record] = told(read(data, "a.pdf"))
    return record["text"].split("\n")  # type: ignore[no-any-return]


def test_lines_of_a_paragraph_are_one_and_page_numbers_are_left_out() -> None:
    def footer(canvas: Canvas, document: Any) -> None:
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(60, 20, f"运行手册 第{document.page}页")

    indented = samples.chinese(firstLineIndent=22)
    font = [("FONT", (0, 0), (-1, -1), "STSong-Light")]
    story, lines = [], []
    for title in ("断路器", "变压器", "继电器"):
        story += [Paragraph(title, samples.chinese()), *[Paragraph(t, indented) for t in (title + LONG, LONG, "短句。")]]
        story += [Paragraph(ENGLISH), Table([[title, "数量"]], [200, 200], style=font), PageBreak()]
        lines += [title, title + LONG, LONG, "短句。", ENGLISH.strip(), f"{title}\t数量"]
    assert text(samples.pdf(*story, on_page=footer)) == lines


def test_a_paragraph_goes_on_on_the_next_page() -> None:
    assert text(samples.pdf(*[Paragraph(LONG * 8, samples.chinese(firstLineIndent=22))] * 3)) == [LONG * 8] * 3


def test_equal_lines_are_all_read_and_what_is_printed_twice_once() -> None:
    """Also where no font of the machine has the letters, as in a slim image."""
    line, stream = "变压器在运行中发生渗漏油时应当立即检查油位并且汇报", io.BytesIO()
    samples.chinese()
    canvas = Canvas(stream)
    canvas.setFont("STSong-Light", 12)
    for y in (700, 680, 660):
        for shift in (0, 0.3):  # bold
            canvas.drawString(60 + shift, y, line)
    canvas.save()
    assert text(stream.getvalue()) == [line * 3]


def test_what_stands_nearly_on_a_line_belongs_to_it_and_forms_keep_their_text() -> None:
    stream = io.BytesIO()
    samples.chinese()
    canvas = Canvas(stream)
    canvas.setFont("STSong-Light", 12)
    for x, y, cell in ((60, 700, "断路器"), (200, 700.8, "12.5"), (340, 699.3, "五百")):
        canvas.drawString(x, y, cell)
    for name, y in (("甲乙丙丁戊", 600), ("己庚辛壬癸", 500)):
        canvas.beginForm(f"form{y}")
        canvas.setFont("STSong-Light", 12)
        canvas.drawString(0, 0, name)
        canvas.endForm()
        canvas.saveState()
        canvas.translate(60, y)
        canvas.doForm(f"form{y}")
        canvas.restoreState()
    canvas.save()
    row, *others = text(stream.getvalue())
    assert row == "断路器\t12.5\t五百" and {"甲乙丙丁戊", "己庚辛壬癸"} == set(" ".join(others).split())


def test_items_of_one_length_are_lines() -> None:
    assert text(samples.pdf(*[Paragraph(f"第{n}项", samples.chinese()) for n in "一二三"])) == ["第一项", "第二项", "第三项"]


def test_a_hyphen_at_the_end_of_a_line_goes() -> None:
    lines = [Line("an exam\x02", 0, 200, 30, 10), Line("ple of a line that fills", 0, 201, 18, 10), Line("it", 0, 20, 6, 10)]
    assert list(paragraphs([lines])) == ["an example of a line that fills it"]


def test_larger_type_is_another_paragraph() -> None:
    lines = [Line("章" * 10, 0, 200, 60, 20), Line("文" * 20, 0, 200, 40, 10), Line("文" * 20, 0, 200, 28, 10)]
    assert list(paragraphs([lines])) == ["章" * 10, "文" * 40]


def test_pages_of_images_are_rejected() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.rect(10, 10, 50, 50)
    canvas.showPage()
    canvas.save()
    [broken] = read(stream.getvalue(), "a.pdf")
    assert told([broken]) == ["no_text_layer"]
    assert broken.detail == "no text on any page, of which there are 1: images of pages need OCR first"  # type: ignore[union-attr]


def test_a_password_is_told_of() -> None:
    data = samples.pdf(Paragraph("secret"), encrypt=StandardEncryption("user", "owner"))
    assert told(read(data, "a.pdf")) == ["encrypted_file"]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", samples.pdf(Paragraph("a"))[40:], b"no PDF"])
def test_what_is_no_pdf_is_damaged(data: bytes) -> None:
    assert told(read(data, "a.pdf")) == ["damaged_file"]
