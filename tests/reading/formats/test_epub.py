from tests.reading import samples
from tests.reading.read import read, told

PROTECTED = '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="{}"/></enc:EncryptedData></encryption>'


def test_pages_are_read_in_the_order_of_the_book() -> None:
    data = samples.book("<h1>第一章</h1>", "<p>断路器</p><script>x</script>")
    assert told(read(data, "a.epub")) == [{"text": "第一章\n断路器", "title": "运行手册", "date": "2024-05-01"}]


def test_a_book_may_protect_its_fonts_but_not_its_pages() -> None:
    fonts = PROTECTED.format("http://www.idpf.org/2008/embedding").encode()
    assert told(read(samples.book("<p>甲</p>", **{"META-INF_encryption.xml": fonts}), "a.epub"))[0]["text"] == "甲"
    pages = PROTECTED.format("http://www.w3.org/2001/04/xmlenc#aes256-cbc").encode()
    assert told(read(samples.book("<p>甲</p>", **{"META-INF_encryption.xml": pages}), "a.epub")) == ["encrypted_file"]


def test_entities_are_not_expanded() -> None:
    container = b'<!DOCTYPE a [<!ENTITY b "c">]><container>&b;</container>'
    assert told(read(samples.zipped({"META-INF/container.xml": container}), "a.epub")) == ["damaged_file"]


def test_damage_costs_the_book() -> None:
    assert told(read(samples.book("<p>甲</p>")[:-200], "a.epub")) == ["damaged_file"]
