import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wajue.cleaning import characters, patterns
from wajue.cleaning import rules as cleaning_rules
from wajue.config import Clean

RULES = Clean()


def one(raw: str, rules: Clean = RULES, *, han_rules: bool = True) -> tuple[str, str | None]:
    found = cleaning_rules.clean([raw], rules, han_rules=han_rules)
    return found.texts[0], found.reasons[0]


def changed_by(raw: str, rules: Clean = RULES) -> list[str]:
    bits = int(cleaning_rules.clean([raw], rules).changed[0])
    return [name for i, name in enumerate(cleaning_rules.CHANGES) if bits >> i & 1]


@pytest.mark.parametrize(
    ("raw", "cleaned", "rule"),
    [
        ("<p>高压断路器</p><br/>怎么检修", "高压断路器\n怎么检修", "html"),
        ("高压&nbsp;断路器&amp;母线", "高压 断路器&母线", "html"),
        ("&lt;b&gt;高压断路器&lt;/b&gt;", "高压断路器", "html"),  # tags written as entities
        (
            "高压<<b>b>断路器怎么检修",
            "高压<b>断路器怎么检修",
            "html",
        ),  # once: what is left may have been meant, whatever stands beside it
        ("<script>var a = 1;</script>高压断路器<!-- 注 -->", "高压断路器", "html"),
        ("设x<y 时断路器合闸，y>z 时断路器分闸。", "设x<y 时断路器合闸，y>z 时断路器分闸。", None),
        ("方法返回List<String>类型，连接<host>主机", "方法返回List<String>类型，连接<host>主机", None),
        ("若i<p 且q>0，或r<rp 且s>td 时合闸", "若i<p 且q>0，或r<rp 且s>td 时合闸", None),
        ("若x<time and y>z或a<b or c>d时合闸", "若x<time and y>z或a<b or c>d时合闸", None),
        ("返回Option<Code>或List<Object>或List<Map<Table>>", "返回Option<Code>或List<Object>或List<Map<Table>>", None),
        ("返回Task<object>，不是List<data>", "返回Task<object>，不是List<data>", None),
        ('第一行<br>换<P class="a"id=b hidden>行，<input disabled>高压Word<b>粗</b>', "第一行\n换\n行，高压Word粗", "html"),
        ("<ruby>断<rt>duàn<rt>路</ruby>路器怎么检修", "断路器怎么检修", "html"),
        ('点<a href="x" target=_blank>这里</a>和<font color=red>那里</font>', "点这里和那里", "html"),
        ("参数q?id=1&timestamp=16900&region=bj怎么写", "参数q?id=1&timestamp=16900&region=bj怎么写", None),
        ("命令curl www.a.cn/q?id=1&amp;b=2&copy，后面的字", "命令curl ，后面的字", "urls"),
        ("断路器&lt和&#26029;路器&copy;", "断路器<和断路器©", "html"),
        ("⻓江⻔户网站", "长江门户网站", "width"),
        ("ＰＤ－１和ＣＯＶＩＤ－１９及Ａ／Ｄ转换器", "PD-1和COVID-19及A/D转换器", "width"),
        ("断路器——高压的", "断路器——高压的", None),
        ("高压\ufe0f断路\u3164器\u2800", "高压断路器", "control_characters"),
        ("\uf0b7 检查断路器", "• 检查断路器", "control_characters"),
        ("电压x<5而且y>3对吗", "电压x<5而且y>3对吗", None),  # not tags
        ("电压x<y而且z>3对吗", "电压x<y而且z>3对吗", None),
        ("ＳＦ６断路器１０ｋＶ", "SF6断路器10kV", "width"),
        ("\uf900有此理呢", "岂有此理呢", "width"),  # a compatibility ideograph
        ("断路器，怎么办？！①㎡", "断路器，怎么办？！①㎡", None),  # punctuation and symbols stay
        ("高压\u200b断\x07路\ufeff器", "高压断路器", "control_characters"),
        ("高压\x01断路器", "高压断路器", "control_characters"),  # what separates the texts of a batch
        ("高压　断路器 \t 检修\r\n\n 完", "高压 断路器 检修\n完", "whitespace"),
        ("電腦壞了怎麼辦", "电脑坏了怎么办", "script"),
        ("他沈沒了，藉口很多", "他沉没了，借口很多", "script"),
        ("看这里https://a.cn/b?c=1。谢谢", "看这里 。谢谢", "urls"),
        ("请看Www.baidu.com/index这个网页", "请看 这个网页", "urls"),
        ("写信给li.si@mail.example.com谢谢", "写信给 谢谢", "emails"),
        ("打电话13812345678谢谢", "打电话 谢谢", "phones"),
        ("打电话+86 138-1234-5678谢谢", "打电话 谢谢", "phones"),
        ("打电话(0755)83765566谢谢", "打电话 谢谢", "phones"),
        ("打电话400-820-8820谢谢", "打电话 谢谢", "phones"),
        ("编号138123456789的断路器", "编号138123456789的断路器", None),  # one digit too many
        ("我的QQ：383161223请加", "我的QQ： 请加", "accounts"),
        ("微信号abc_123的朋友", "微信号 的朋友", "accounts"),
        ("腾讯QQ Windows版怎么装", "腾讯QQ Windows版怎么装", None),
        ("身份证号11010519491231002X没错", "身份证号 没错", "identity_numbers"),
        ("身份证号110105194912310021没错", "身份证号110105194912310021没错", None),  # its check digit is wrong
        ("好好好好好好吃10000元", "好好好吃10000元", "repeated_characters"),
        ("真的吗？？？？？？？", "真的吗？？？", "repeated_characters"),
        ("卡号6222 0202 0000 0000 008没错", "卡号6222 0202 0000 0000 008没错", None),  # its check digit is wrong
        ("卡号4111111111111111没错", "卡号 没错", "bank_cards"),
        ("护照号码：E12345678已过期", "护照号码： 已过期", "passports"),
        ("服务器192.168.0.1:8080连不上", "服务器 连不上", "ip_addresses"),
        ("版本是1.2.3.4567", "版本是1.2.3.4567", None),
        ("按规程4.2.1.3条，版本号：2.1.1.108", "按规程4.2.1.3条，版本号：2.1.1.108", None),
        ("5.1.2.3　绝缘电阻试验\n第6.1.2.4款", "5.1.2.3 绝缘电阻试验\n第6.1.2.4款", "whitespace"),  # the heading of a clause
        ("编号A13812345678的电能表", "编号A13812345678的电能表", None),
        ("<ruby>断<rp>（</rp><rt>duàn</rt><rp>）</rp></ruby><ruby>路<rt>lù</ruby>器坏了", "断路器坏了", "html"),
        ("李乾是乾县人，毕昇是蕲州人", "李乾是乾县人，毕昇是蕲州人", None),  # names, in simplified text
        ("天氣乾燥，電腦壞了", "天气干燥，电脑坏了", "script"),
        ("网关fe80::1ff:fe23:4567:890a不通", "网关 不通", "ip_addresses"),
        ("地址00:1A:2b:3c:4D:5E和00-1A-2b-3c-4D-5E", "地址 和", "mac_addresses"),
        ("时间12:30:45和比例3:4", "时间12:30:45和比例3:4", None),
        ("打开C:\\Program Files\\Tencent\\QQ.exe运行", "打开 运行", "file_paths"),
        ("共享\\\\server\\public\\a.doc文件", "共享 文件", "file_paths"),
        ("修改/etc/nginx/nginx.conf后重启", "修改 后重启", "file_paths"),
        ("图在file:///D:/a/b.png里", "图在 里", "file_paths"),
        ("图片data:image/png;base64,iVBORw0KGgo=到此", "图片 到此", "file_paths"),
        ("速度60km/h，A/B/C三类，TCP/IP，和/或，1/2", "速度60km/h，A/B/C三类，TCP/IP，和/或，1/2", None),
        ("设$x_1=2$为正数，价格$5到$6，共$100", "设□为正数，价格$5到$6，共$100", "math"),
        ("由\\(a\\)得\n$$\nb\n$$\n成立", "由□得\n成立", "math"),
        ("\\begin{align}a&=b\\end{align}即可看出", "□即可看出", "math"),
        ("怎么办\nimport os\nprint(os.name)\n报错了", "怎么办\n报错了", "code"),
        ("高压æ–\xadè·¯å™¨怎么办", "高压断路器怎么办", "mojibake"),  # UTF-8 read as Windows-1252
        ("é«˜åŽ‹æ–\xadè·¯å™¨", "高压断路器", "mojibake"),
        ("鐢佃剳鍧忎簡鎬庝箞", "电脑坏了怎么", "mojibake"),  # UTF-8 read as GBK
        ("café好喝吗 à la carte呢", "café好喝吗 à la carte呢", None),
        ("联通公司怎么样", "联通公司怎么样", None),
    ],
)
def test_what_cleaning_makes_of_a_text(raw: str, cleaned: str, rule: str | None) -> None:
    assert one(raw, Clean(max_digit_share=1, min_han_share=0)) == (cleaned, None)
    assert rule in changed_by(raw) if rule else changed_by(raw) == []


def test_of_a_bilingual_text_the_chinese_lines_stay() -> None:
    english = [
        "Opening the breaker of the feeder takes the line out of service.",
        "Check the level of the oil before you close it again.",
    ]
    chinese = ["断开馈线的断路器以后线路停运", "合闸以前检查 oil 的油位"]
    cleaned, reason = one("\n\n".join(line for pair in zip(english, chinese, strict=True) for line in pair))
    assert (cleaned, reason) == ("\n".join(chinese), None)
    notice = "\n".join([*english * 8, *chinese])
    assert one(notice)[1] == "too_little_han", "a fifth of the lines or less"
    assert one(f"{english[0]}\n{chinese[0]}\n{english[1]}")[1] == "too_little_han", "one line alone"
    assert "other_language" not in changed_by("\n".join([*chinese, "Close it."])), "there is enough Chinese in it"


KEEP = {
    "html": Clean(html=False), "control_characters": Clean(control_characters=False), "width": Clean(width="keep"),
    "script": Clean(script="keep"), "whitespace": Clean(whitespace=False), "repeated_characters": Clean(repeated_characters=0),
    "urls": Clean(urls="keep"), "emails": Clean(emails="keep"), "phones": Clean(phones="keep"), "accounts": Clean(accounts="keep"),
    "identity_numbers": Clean(identity_numbers="keep"), "bank_cards": Clean(bank_cards="keep"), "passports": Clean(passports="keep"),
    "ip_addresses": Clean(ip_addresses="keep"), "mac_addresses": Clean(mac_addresses="keep"), "file_paths": Clean(file_paths="keep"),
    "code": Clean(code="keep"), "math": Clean(math="keep"), "mojibake": Clean(mojibake="keep"), "other_language": Clean(min_han_share=0),
}  # fmt: skip
EXAMPLE = {
    "html": "<b>断路器</b>", "control_characters": "断\u200b路器", "width": "１０ｋＶ断路器", "script": "斷路器壞了", "whitespace": "断 \n\n路器",
    "repeated_characters": "好好好好好好", "urls": "看http://a.cn/b吧", "emails": "给a@b.cn写信", "phones": "电话13812345678",
    "accounts": "加QQ383161223吧", "identity_numbers": "证号11010519491231002X", "bank_cards": "卡号4111111111111111", "passports": "护照号E12345678",
    "ip_addresses": "地址10.0.0.1", "mac_addresses": "地址00:1A:2b:3c:4D:5E", "file_paths": "在/etc/hosts里", "code": "报错了\nimport os",
    "math": "设$x=1$吧", "mojibake": "é«˜åŽ‹å™¨",
    "other_language": "The breaker trips on overload.\n断路器过载跳闸\nCheck the oil level of it.\n检查油位",
}  # fmt: skip


@pytest.mark.parametrize("rule", cleaning_rules.CHANGES[2:])  # the first two are changes of documents
def test_every_rule_can_be_turned_off(rule: str) -> None:
    assert rule in changed_by(EXAMPLE[rule])
    assert rule not in changed_by(EXAMPLE[rule], KEEP[rule])
    assert one(EXAMPLE[rule], KEEP[rule])[0] == EXAMPLE[rule] or rule == "control_characters"


@pytest.mark.parametrize(
    "rule",
    [
        "urls",
        "emails",
        "phones",
        "accounts",
        "identity_numbers",
        "bank_cards",
        "passports",
        "ip_addresses",
        "mac_addresses",
        "file_paths",
    ],
)
def test_what_is_masked_leaves_asterisks(rule: str) -> None:
    dropped, masked = (one(EXAMPLE[rule], Clean(**{rule: policy}))[0] for policy in ("drop", "mask"))  # type: ignore[arg-type]
    assert "***" in masked and masked.replace("***", " ").strip() == dropped


@pytest.mark.parametrize(
    ("raw", "reason", "said"),
    [
        ("<br/>", "empty", "nothing is left"),
        ("好的", "too_short", "2 characters, min_length = 4"),
        ("好" * 3 + "啊不" * 20, "too_long", "43 characters, max_length = 40"),
        ("an English sentence", "too_little_han", "0.0% Han"),
        ("断路器\ufffd\ufffd检修", "mojibake", "28.6% broken"),
        ("锟斤拷锟斤拷断路器", "mojibake", "broken"),
        ("！！？？，，。。、、断路", "too_much_punctuation", "punctuation"),
        ("12345 67890 断路", "too_many_digits", "digits"),
        ("好评好评好评好评好评好评好评好评", "repetitive", "repeated"),
        ("诚聘兼职，日结工资，电话13812345678", "advertising", "offer '诚聘'"),
        ("我的电话是13812345678，断路器坏了", None, ""),
        ("高压断路器检修", None, ""),
        ("八个汉字就够用了", None, ""),
    ],
)
def test_why_a_text_is_dropped(raw: str, reason: str | None, said: str) -> None:
    found = cleaning_rules.clean([raw], Clean(max_length=40))
    assert found.reasons == [reason]
    assert said in (found.details[0] or "")


@pytest.mark.parametrize(
    ("raw", "rules"),
    [
        ("好的", Clean(min_length=1)),
        ("an English sentence", Clean(min_han_share=0)),
        ("断路器\ufffd\ufffd检修", Clean(max_mojibake_share=1)),
        ("！！？？，，。。、、断路", Clean(max_punctuation_share=1, min_han_share=0)),
        ("12345 67890 断路", Clean(max_digit_share=1, min_han_share=0)),
        ("好评好评好评好评好评好评好评好评", Clean(max_repetition_share=1)),
        ("诚聘兼职，日结工资，电话13812345678", Clean(advertising=False)),
    ],
)
def test_every_verdict_can_be_turned_off(raw: str, rules: Clean) -> None:
    assert one(raw)[1] is not None
    assert one(raw, rules)[1] is None


def test_the_han_rule_is_off_for_text_that_is_segmented_already() -> None:
    assert one("an English sentence", han_rules=False) == ("an English sentence", None)


def test_script_can_be_turned_the_other_way() -> None:
    assert one("电脑坏了", Clean(script="traditional"))[0] == "電腦壞了"


def test_nfkc_is_a_choice() -> None:
    assert one("断路器，①㎡", Clean(width="nfkc"))[0] == "断路器,1m2"


PIECES = st.sampled_from(
    [
        *EXAMPLE.values(),
        "高压断路器",
        "電腦",
        "<p>",
        "&lt;",
        "&#1;",
        "&#x1e;",
        "\x01",
        "\x1e",
        " ",
        "\n",
        "好",
        "！",
        "1",
        "a",
        "\U00020bb7",
        "",
    ]
)
ANY = st.lists(st.lists(PIECES | st.text(max_size=4), max_size=8).map("".join).map(lambda t: t.encode("utf-8", "ignore").decode()))


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_a_batch_is_cleaned_text_by_text(raw: list[str]) -> None:
    batch = cleaning_rules.clean(raw, RULES)
    alone = [cleaning_rules.clean([t], RULES) for t in raw]
    assert batch.texts == [a.texts[0] for a in alone]
    assert batch.changed.tolist() == [int(a.changed[0]) for a in alone]
    assert batch.reasons == [a.reasons[0] for a in alone]
    assert batch.details == [a.details[0] for a in alone]


def test_a_text_without_a_character_that_may_change_is_not_converted() -> None:
    table = characters.may_convert("simplified")
    convert = characters.converter("simplified").convert
    for word in ("乾坤", "乾淨", "頭髮", "藉口", "沈沒", "覆蓋", "瞭解", "慰藉", "后来", "甦醒"):
        assert any(table[ord(c)] for c in word) or convert(word) == word


@pytest.mark.parametrize(
    "pattern", ["COMMENT", "BLOCK", "TAG", "READING", "URL", "EMAIL", "PHONE", "IP_ADDRESS", "ACCOUNT", "IDENTITY"]
)
@pytest.mark.parametrize(
    "unit", ["<", "<!--", "<script>", "<a ", "http://", "a@", "a.", "1", "1-", "1.", "<rt>", "QQ", "微信a", "é«", "&"]
)
def test_no_pattern_hangs(pattern: str, unit: str) -> None:
    """Time grows in a line, within a generous factor: 200,000 characters made to try a pattern's patience."""
    getattr(patterns, pattern).sub("", unit * (200_000 // len(unit)))


def test_code_that_does_not_end_is_left_and_does_not_hang() -> None:
    assert one("断路器<script>坏了怎么办" + "<script>" * 50_000, Clean(min_han_share=0))[0].startswith("断路器坏了怎么办")


def test_normalising_in_place_keeps_the_length() -> None:
    raw = "".join(map(chr, range(0x20, 0x2FFFF, 7)))
    raw = raw.encode("utf-8", "ignore").decode()
    assert len(characters.normalize_in_place(raw)) == len(raw)
