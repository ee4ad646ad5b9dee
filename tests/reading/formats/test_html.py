from tests.reading.read import read
from wajue.reading.formats.reader import Record


def test_a_file_is_one_record_of_its_text() -> None:
    [page] = read(b"<html><script>x</script><p>a</p></html>", "a.html")
    assert isinstance(page, Record) and page.fields["text"].split() == ["a"]
