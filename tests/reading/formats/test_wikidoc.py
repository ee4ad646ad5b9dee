from tests.reading.read import read, told


def test_wikidoc() -> None:
    data = (
        '<doc id="1" url="u" title="题">\n题\n\n正文\n</doc>\nstray\n<doc id="2" title="空">\n空\n</doc>\n<doc id="3">\n半'.encode()
    )
    found = read(data, "wiki_00", format="wikidoc")
    assert told(found) == [
        {"id": "1", "url": "u", "title": "题", "text": "\n正文"},
        "outside_doc",
        {"id": "2", "title": "空", "text": ""},
        "truncated_file",
    ]
