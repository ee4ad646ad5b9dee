from tests.reading.read import read
from wajue.reading.formats.reader import Record


def test_a_file_is_one_record_of_its_text() -> None:
    [markdown] = read("# 题\n\n<p>一</p>\n\n* **二**\n".encode(), "a.md")
    assert isinstance(markdown, Record) and markdown.fields["text"].split() == ["题", "一", "二"]
