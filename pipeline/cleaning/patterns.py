"""What cleaning looks for in a text, as data: one place to read, to extend, and to disagree with.

Every pattern takes linear time: no repetition inside a repetition, and each is bounded.
"""

import re

COMMENT = re.compile(r"<!--[^\x01]{0,2000}?-->")
CODE = re.compile(r"(?i)<(script|style)\b[^<>\x01]{0,1000}>")  # begins what is no text, up to the tag that closes it
CODE_END = {name: re.compile(rf"(?i)</{name}\s{{0,100}}>") for name in ("script", "style")}
# a tag is one of HTML's elements, with well-formed attributes: List<String>, x<y and <host> are text
_ELEMENTS = (
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|big|blockquote|body|br|button|canvas|caption|center|cite|code|"
    "col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|"
    "h[1-6]|head|header|hgroup|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|marquee|menu|meta|meter|nav|nobr|noframes|"
    "noscript|object|ol|optgroup|option|output|p|param|picture|pre|progress|q|rp|rt|ruby|s|samp|script|search|section|select|slot|small|source|"
    "span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr"
)
# without a value an attribute is one of HTML's, or has a mark in its name: in r<p and q>0 nothing is
_WITHOUT_VALUE = (
    "allowfullscreen|alt|async|autofocus|autoplay|checked|class|compact|contenteditable|controls|crossorigin|declare|default|defer|disabled|"
    "download|draggable|formnovalidate|hidden|href|id|inert|ismap|itemscope|loop|multiple|muted|nohref|nomodule|noresize|noshade|novalidate|"
    "nowrap|open|playsinline|readonly|required|reversed|scoped|seamless|selected|setup|src|style|title|translate|value"
)
_ATTRIBUTE = (
    r"(?:\s{1,20}|(?<=[\"']))(?:[A-Za-z_:@][\w:.@-]{0,60}\s{0,5}=\s{0,5}(?:\"[^\"<>\x01]{0,1000}\"|'[^'<>\x01]{0,1000}'|[^\s\"'<>=`\x01]{1,300})"
    rf"|(?:{_WITHOUT_VALUE}|[A-Za-z]{{0,30}}[_:@-][\w:.@-]{{1,60}})(?![\w:.@=-]))"
)
_ATTRIBUTES = rf"(?:{_ATTRIBUTE}){{0,20}}\s{{0,20}}"
# types of programs: List<Object>, and List<object>, which as an element says nothing without attributes
_NO_TYPE = r"(?-i:(?!(?<=[A-Za-z0-9_]<)(?:[A-Z][a-z]|(?:area|base|data|embed|input|link|map|meta|object|param|source|track)>)))"
BLOCK = re.compile(rf"(?ai)<{_NO_TYPE}/?(?:p|br|div|li|tr|h[1-6]|td|table|ul|ol){_ATTRIBUTES}/?>")  # ends a line
TAG = re.compile(rf"(?ai)<{_NO_TYPE}/?(?:{_ELEMENTS}){_ATTRIBUTES}/?>")
# beside characters, as in <ruby>断<rt>duàn</rt></ruby>; HTML lets </rt> be left out before what goes on with the readings
READING = re.compile(rf"(?ai)<(rt|rp){_ATTRIBUTES}>[^<\x01]{{0,100}}(?:</\1>|(?=</?(?:ruby|rt|rp|rb|rtc)>))")
# an entity ends with a semicolon, or stands before what cannot belong to its name; in an address it ends with one always
_ENTITY = r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31})"
CLOSED_ENTITY = re.compile(rf"(?ai){_ENTITY};")
ENTITY = re.compile(
    rf"(?ai)(?P<address>(?:https?://|ftp://|(?<![\w.])www\.)[^\s<>\"'\x01\u2e80-\uffef]{{1,2000}})|{_ENTITY}(?:;|(?![\w=;]))"
)
# what joins letters and digits to a name, as in COVID－19 and Ａ／Ｄ, whose letters are folded before
JOINING_MARK = re.compile(
    r"(?a)(?<=[A-Za-z0-9])(?:[\u2010-\u2015\u2212\uff0d]|[\uff03\uff06\uff0b\uff0e\uff0f\uff20\uff3f])(?=[A-Za-z0-9])"
)
JOINING_MARKS = dict.fromkeys("‐‑‒–—―−－", "-") | dict(zip("＃＆＋．／＠＿", "#&+./@_", strict=True))
# of the fonts Symbol and Wingdings, with which word processors begin items; a character for private use elsewhere is broken text
BULLETS = "\uf06c\uf06e\uf075\uf076\uf077\uf0a7\uf0a8\uf0b2\uf0b7\uf0d8\uf0de\uf0e0\uf0f0\uf0fc\uf0fe"
BULLET = re.compile(rf"(?m)^[ \t]{{0,20}}[{BULLETS}]")

_ADDRESS = r"[\w\-./?%&=:#~+,;@!*()]"
URL = re.compile(rf"(?ai)(?:https?://|ftp://|(?<![\w.])www\.){_ADDRESS}{{1,2000}}(?<![.,;!)])")
EMAIL = re.compile(r"(?a)(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[A-Za-z]{2,20}){1,4}(?![A-Za-z])")
# an address in the text, or two names of folders at least: 和/或, km/h, TCP/IP and 1/2 are no paths
_FILE_NAME = r"[\w.@+%~-]{1,255}"
FILE_PATH = re.compile(
    rf"(?ai)(?:file:/{{1,3}}[^\s<>\"'\u2e80-\uffef]{{1,2000}}"
    r"|data:[\w.+-]{1,50}/[\w.+-]{1,50}(?:;[\w=-]{1,50}){0,5},[\w+/=%-]{1,2000000}"
    r"|(?<![A-Za-z])[A-Z]:[\\/](?:[^\\/:*?\"<>|\s\u2e80-\uffef][^\\/:*?\"<>|\r\n\t\u3000-\u303f\uff01-\uff0f]{0,100}[\\/]){0,30}[^\\/:*?\"<>|\s\u2e80-\uffef]{0,255}"
    r"|\\\\[\w.-]{1,100}\\[^\\/:*?\"<>|\s\u2e80-\uffef]{1,255}(?:\\[^\\/:*?\"<>|\s\u2e80-\uffef]{0,255}){0,30}"
    rf"|(?<![\w./:*<\\-])(?:~|\.{{1,2}})?/{_FILE_NAME}(?:/{_FILE_NAME}){{1,30}}/?)"
)
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# 4.2.1.3 may be a clause of a standard, its heading (5.1.2.3 绝缘电阻试验), or a version
_NO_ADDRESS = (
    r"(?<!第)(?<!版本)(?<!版本[:： 为])(?<!版本[:：] )(?<!版本号)(?<!版本号[:： 为])(?<!版本号[:：] )(?<![Vv]ersion )"
    r"(?!(?:\d{1,3}\.){3}\d{1,3}[ \u3000]?[条款节章项版]|(?<![^\n\x01])(?:[1-9]\d?\.){3}[1-9]\d?[ \u3000]+[\u4e00-\u9fff])"
)
IP_ADDRESS = re.compile(
    rf"(?a)(?<![\w.])(?:{_NO_ADDRESS}{_BYTE}(?:\.{_BYTE}){{3}}(?:/\d{{1,2}})?(?::\d{{2,5}})?(?![\w]|\.\d)"
    r"|(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![\w:])|(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![\w:]))"
)
MAC_ADDRESS = re.compile(r"(?a)(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])")
BANK_CARD = re.compile(r"(?a)(?<![\d.])[3-6]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?![\d.]\d|\d)")
PASSPORT = re.compile(
    r"(?a)((?:护照|通行证|签证|居留证|旅行证)(?:号码|号|编号)?(?:[:：是为]|\s){0,3})([A-Z]{1,2}\d{7,8}|\d{8})(?![\dA-Za-z])"
)
FORMULA = re.compile(
    r"\$\$[^\x01$]{1,5000}?\$\$|\\\[[^\x01]{1,2000}?\\\]|\\\([^\x01\n]{1,500}?\\\)"
    r"|\\begin\{(equation|align|gather|multline|eqnarray|cases|split|array|[bpvBV]?matrix)\*?\}[^\x01]{0,5000}?\\end\{\1\*?\}"
    r"|(?<![\\$A-Za-z0-9])\$(?=[^$\n\x01]{0,300}[\\^_=]|[A-Za-z]\$)[^\s$\x01](?:[^$\n\x01]{0,300}?[^\s$\\])?\$(?!\d)"
)
PHONE = re.compile(
    r"(?a)(?<![\dA-Za-z.])(?:"  # A13812345678 is a number of something
    r"(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}"  # mobile
    r"|\(?0\d{2,3}\)?[- ]?[2-9]\d{6,7}(?:-\d{1,5})?"  # landline with its area code
    r"|[48]00[- ]?\d{3}[- ]?\d{4}|[48]00[- ]?\d{4}[- ]?\d{3}"  # service numbers
    r")(?![\d.]\d|\d)"
)
# the number or name alone is personal; that of the service (group 1) stays. A name without a digit needs a colon before it:
# QQ Windows is no account
_SERVICE = r"(?:[群号]|号码|客服|公众号|ID)?\s{0,3}"
_WECHAT = rf"(?:微信|薇信|威信|V信|VX|WeChat|加微|加薇|加V){_SERVICE}"
ACCOUNT = re.compile(
    rf"(?ai)((?<![a-z])(?:(?:QQ|扣扣|企鹅号){_SERVICE}(?:[:：是为]\s{{0,3}})?(?=\d)|{_WECHAT}(?:[:：是为]\s{{0,3}}|(?=[\w-]{{0,19}}[\d_-]))))"
    r"(\d{5,11}(?![\w-])|[a-z][\w-]{5,19}(?![\w-]))"
)
IDENTITY = re.compile(
    r"(?a)(?<![\dA-Za-z])[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_identity_number(digits: str) -> bool:
    """Is the check digit of a resident identity number right (GB 11643-1999, ISO 7064 MOD 11-2)?"""
    return "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=False)) % 11] == digits[17].upper()


def is_card_number(number: str) -> bool:
    """Is the check digit of a card's number right (ISO/IEC 7812-1, annex B: Luhn)?"""
    digits = [int(c) for c in reversed(number) if c.isdecimal()]
    return 16 <= len(digits) <= 19 and sum(d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(digits)) % 10 == 0


# an advertisement names a way to reach its author, and offers something or calls upon the reader; each group counts once
ADVERTISING = {
    "offer": re.compile(
        "代办|代开|代理加盟|办理[^\x01]{0,6}证|低价|批发|厂家直销|招代理|诚招|诚聘|招聘|加盟|包邮|货到付款|优惠价|免费领取|兼职|日结|刷单|"
        "无抵押|贷款|返利|返现|高价回收|出售|专业承接|代孕|私彩|博彩|六合彩|时时彩|稳赚|高薪"
    ),
    "call": re.compile(
        "联系电话|咨询热线|咨询电话|订购热线|欢迎来电|欢迎咨询|来电咨询|详情咨询|点击链接|扫码|私聊|私信我|加我|有意者|联系我|"
        "请联系|微信同号|长期有效|非诚勿扰"
    ),
}
ADVERTISING_LENGTH = 200  # characters; a longer text may hold a number and an offer for many reasons

# UTF-8 that was read as Windows-1252: a lead byte of Han characters and what continuation bytes look like
_CONTINUATION = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
READ_AS_LATIN = re.compile(f"[à-ïÃÂ][{_CONTINUATION}]")
LATIN_RUN = re.compile(f"[\xc0-\xff{_CONTINUATION}]+")
# what Windows-1252 has where Latin-1 has controls, back to the byte
LATIN_BYTES = {ord(bytes((b,)).decode("cp1252")): b for b in range(0x80, 0xA0) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
# UTF-8 that was read as GBK: the first two bytes of a Han character make these
READ_AS_GBK = {bytes((a, b)).decode("gbk", "ignore") for a in range(0xE4, 0xEA) for b in range(0x80, 0xC0)} - {""}
LOST_LEADS = "锟烫屯"  # how these begin
LOST = re.compile("(?:锟斤拷|锟斤|烫烫烫|屯屯屯)")  # what is left of characters that were replaced, then read as GBK; beyond repair
