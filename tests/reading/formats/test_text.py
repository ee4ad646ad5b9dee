from tests.reading.read import read, told


def test_text_a_line_or_a_file_a_document() -> None:
    assert told(read("一\n\n 二\r\n".encode(), "a.txt")) == [{"text": "一"}, {"text": " 二"}]
    assert told(read("一\n二".encode(), "a.txt", unit="file")) == [{"text": "一\n二"}]


def test_gb18030_with_bad_bytes_costs_one_line() -> None:
    data = "好\n坏".encode("gb18030") + b"\xff\n" + "好".encode("gb18030")
    assert told(read(data, "a.txt", "gb18030")) == [{"text": "好"}, "invalid_encoding", {"text": "好"}]
