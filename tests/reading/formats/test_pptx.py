import pptx
import pytest
from pptx.util import Inches

from tests.reading import samples
from tests.reading.read import read, told


def test_slides_tables_groups_and_notes_are_lines() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "断路器\v检修"
    slide.placeholders[1].text = "第一项\n第二项"
    cells = slide.shapes.add_table(1, 2, 0, 0, Inches(1), Inches(1)).table.rows[0].cells
    cells[0].text, cells[1].text = "名称", "数量"
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "组内"
    slide.notes_slide.notes_text_frame.text = "备注"
    presentation.slides.add_slide(presentation.slide_layouts[6])
    [record] = told(read(samples.saved(presentation), "a.pptx"))
    assert record["text"].split("\n") == ["断路器检修", "第一项", "第二项", "名称 | 数量", "组内", "备注"]


def test_a_shape_of_no_known_kind_is_read() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    shape = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1))
    shape.text_frame.text = "断路器"
    shape._element.spPr.remove(shape._element.spPr.prstGeom)
    del shape._element.nvSpPr.cNvSpPr.attrib["txBox"]
    with pytest.raises(NotImplementedError):
        _ = shape.shape_type
    assert told(read(samples.saved(presentation), "a.pptx"))[0]["text"] == "断路器"


def test_damage_costs_the_file() -> None:
    assert told(read(samples.slides("断路器")[:5000], "a.pptx")) == ["damaged_file"]
