"""Which encoding is it? In: the first bytes of a file. Out: the name of an encoding that makes Chinese of them, or UNKNOWN."""

import codecs
import re

import charset_normalizer

# of what is at the core of each encoding, the first and last code of the marks and of the frequent characters, its level 1
_FREQUENT = {
    "gb18030": ("gb2312", (b"\xa1\xa1", b"\xa3\xfe"), (b"\xb0\xa1", b"\xd7\xf9")),
    "big5hkscs": ("big5", (b"\xa1\x40", b"\xa3\xbf"), (b"\xa4\x40", b"\xc6\x7e")),
}
_ALIKE = ("euc_jp", "shift_jis", "euc_kr")  # encodings of other languages in which many bytes are those of Chinese characters
UNKNOWN = "unknown"  # instead of an encoding, where none makes Chinese of the bytes
# of the characters beyond ASCII, that are marks or frequent ones: in Chinese text nine of ten are
_LEAST_FREQUENT, _MOSTLY_FREQUENT = 0.5, 0.8
# the 200 characters that stand most often in the words of jieba's dictionary, and what they are in traditional script
_COMMONEST = frozenset(
    "一是人了不在有大中国和为这上他个地年来我会以到时要出的生学说道民家子也成行下们于后就发自之对得主长可过天作分方用多你着部能市等业全里工公经本都而高政法面门动日进区事代那去心小同北定开产前其军还然起种所"
    "如现理机体表力好外与文当两实重新三么只山水关明从化平建又制南内西没此将员名手最东头者月间无安看见各城十相但已些正口通想度加第她合院物性战由位常点海意场武使次二向治因立数样身情入原问把路被并利石老教万知"
    "國爲這個來會時學說們於後發對長過業裏經門動進區開產軍還種現機體與當兩實麼關從內沒將員東頭間無見戰點場數樣問並萬"
)
# of the Han characters: .45 of a text, .06 at least of 3,000 lists of names; .04 at most of Korean, Russian, Greek, Thai text
_LEAST_COMMONEST = 0.05
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PRINTED = re.compile(rb"[\t\n\r -~]*")
_FEW_BYTES = 128  # beyond ASCII: too few to tell languages apart by statistics
_LOOKED_AT = 1 << 14  # bytes by whose characters a language is told


def guessed(sample: bytes) -> str:
    """The encoding of a file by its first bytes: a byte-order mark, else UTF-16 or UTF-8, else the likeliest Chinese encoding.

    UNKNOWN if that makes no Chinese of many bytes.
    """
    if named := by_mark(sample):
        return named
    is_utf_8 = _decodes_as_utf_8(sample)
    if is_utf_8 and (not sample.isascii() or _PRINTED.fullmatch(sample)):  # [] is 孝, were it UTF-16
        return "utf-8"
    for name in ("utf-16-le", "utf-16-be"):
        if _is_chinese_utf_16(sample, name):
            return name
    if is_utf_8:
        return "utf-8"
    marked = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    if marked.count("\ufffd") < 0.02 * sum(c > "\u07ff" for c in marked):  # UTF-8 with a few bad bytes
        return "utf-8"
    sample = sample[: sample.rfind(b"\n") + 1] or sample  # whole characters only
    if sum(byte >= 0x80 for byte in sample) < _FEW_BYTES:
        return max(_FREQUENT, key=lambda encoding: _frequent_share(sample, encoding))  # GB 18030 where they are equal
    best = charset_normalizer.from_bytes(sample, cp_isolation=[*_FREQUENT, "utf_8", *_ALIKE]).best()
    if best and best.encoding in _ALIKE:
        return UNKNOWN
    encoding = {"big5hkscs": "big5hkscs", "utf_8": "utf-8"}.get(best.encoding if best else "", "gb18030")
    return encoding if encoding == "utf-8" or _is_chinese(sample[:_LOOKED_AT].decode(encoding, "replace"), encoding) else UNKNOWN


def by_mark(sample: bytes) -> str:
    """The encoding that a byte-order mark names, empty if there is none."""
    return next((name for mark, name in _MARKS if sample.startswith(mark)), "")


def _decodes_as_utf_8(sample: bytes) -> bool:
    """Its last character may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(text: str, encoding: str) -> bool:
    """Are most characters beyond ASCII frequent ones of the encoding, and some of the Han characters the commonest of all?

    Korean in EUC-KR reads as frequent characters of GB18030, for both have them at the same codes; but as any of these alike.
    """
    han = [c for c in text if "\u4e00" <= c <= "\u9fff"]
    commonest = sum(c in _COMMONEST for c in han)
    return _frequent(text, encoding) >= _LEAST_FREQUENT and commonest >= _LEAST_COMMONEST * len(han)


def _is_chinese_utf_16(sample: bytes, name: str) -> bool:
    """Is half of it beyond ASCII, and nearly all that frequent? Other encodings give rare characters, Yi, Hangul, private use."""
    text = sample[: min(len(sample) // 2 * 2, _LOOKED_AT)].decode(name, "replace")
    beyond = sum(not c.isascii() for c in text)
    return beyond >= 0.5 * len(text) > 0 and max(_frequent(text, encoding) for encoding in _FREQUENT) >= _MOSTLY_FREQUENT


def _frequent_share(sample: bytes, encoding: str) -> float:
    """The share of the frequent characters and marks among all beyond ASCII that the bytes are in an encoding."""
    return _frequent(sample.decode(encoding, "replace"), encoding)


def _frequent(text: str, encoding: str) -> float:
    beyond = [c for c in text if not c.isascii()]
    core, *levels = _FREQUENT[encoding]
    codes = [c.encode(core, "replace") for c in beyond]
    return sum(any(first <= code <= last for first, last in levels) for code in codes) / max(len(beyond), 1)
