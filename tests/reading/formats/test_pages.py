import pytest

from wajue.reading.formats.pages import decoded


@pytest.mark.parametrize(
    ("page", "charset", "text"),
    [
        ("断路器".encode("gbk"), "gb2312", "断路器"),
        ("断路器镕".encode("gbk"), "GB2312", "断路器镕"),  # a character of GBK that GB 2312 lacks
        ('<meta charset="big5">斷路器'.encode("big5"), "", '<meta charset="big5">斷路器'),
        ('<?xml version="1.0" encoding="gbk"?>断'.encode("gbk"), "", '<?xml version="1.0" encoding="gbk"?>断'),
        ("断路器".encode(), "gbk", "断路器"),  # the server is wrong, and so not valid
        ("断路器".encode(), "no-such", "断路器"),
        ("断路器".encode(), "zlib", "断路器"),  # a codec, but not of text
        ("断路器".encode("utf-8-sig"), "", "断路器"),
    ],
)
def test_the_encoding_is_stated_or_guessed(page: bytes, charset: str, text: str) -> None:
    assert decoded(page, charset) == text
