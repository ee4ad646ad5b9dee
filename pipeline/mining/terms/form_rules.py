"""Rules that tell from the form of a string that it cannot be a term. In: a string and its words. Out: the rule that it breaks.

The name of that rule stands in candidates.filtered_by. A rule looks at the string, or at its first and last word. The lists
below are data, and the reason for each stands beside it.
"""

import re

from wajue.mining.text.symbols import is_han_text

# pronouns, particles, words of degree and negation: a string that holds one is a piece of a sentence
_SENTENCE = frozenset("的了吗呢吧啊呀哦嘛么这那哪谁我你您他她它们咱很太不没啥咋")
# here these characters belong to a name, or to the fixed beginning or end of a term
_COMPOUND = re.compile(
    "不(?:锈|孕|育|动产|饱和|平衡|对称|应期|全|良|振|调|稳定|可抗力|正当|典型|等式|等臂|等边|规则|当得利|适|燃|透明|粘|沾|倒翁)"
    "|(?<!还)没(?:收(?!到)|药|食子)|太(?:阳|极|子|空|平|冲|白|岁|妃|后|监|医|古|湖|原|仓|守|傅)|目的|标的"
)
# a count or a quantity, not a thing: a number that is a word of its own (两 台), or a word of one with a measure (三个月,
# 24小时); but 十二指肠, 二次回路, 半导体, 2型糖尿病, 10kV母线; 零 begins 零件, 零序
_NUMERALS = "一二三四五六七八九十百千万亿两几每各半多"
_MEASURES = "个年月日天次种级项条款元倍人名类件章节编号届期岁周点位家所张只支片粒克斤瓶盒包袋段层下些时分秒米吨亩度轮批份套台钱升斗铢尺寸丈里担辆颗滴笔声遍步块口顿场回旦直起同并般切样看边方面旁共再味者大小数几多余来"
_NUMBER = re.compile(rf"(?:[{_NUMERALS}][{_NUMERALS}零〇]*|[0-9]+(?![0-9.]*[A-Za-z]))(?P<measure>[{_MEASURES}])?")
# ordinals and indefinites; but parties and stages of the law and of statistics have ordinals for names
_INDEFINITE = frozenset("第某")
_ORDINAL_NAME = re.compile("第三(?:人|方|者)|第[一二三]产业|第[一二]审")
# strings that name no kind of thing, though they hold a letter; but Node.js and ASP.NET have names that look like a file's
_EXTENSIONS = (
    "py pyc ipynb js jsx ts tsx vue rs go c cc cpp h hpp java class rb php pl sh bat exe dll so sql html htm css scss sass less json xml "
    "yaml yml toml ini conf cfg lock log txt md rst csv tsv pdf doc docx xls xlsx ppt pptx png jpg jpeg gif svg zip gz tar tgz bz2 xz deb jar"
)
_UNITS = (
    "kHz MHz GHz Hz bit kb Mb Gb bps kbps Mbps Gbps B KB kB MB GB TB KiB MiB GiB mW kW MW W mV kV V mA kA A kPa MPa Pa kΩ MΩ Ω kWh kVA "
    "MVA Mvar s ms us μs ns min h nm μm um mm cm dm m km m2 m3 cm2 km2 μg ug mg g kg mL ml L μL mol mmol dB px pt em rem rpm dpi fps ℃ °C"
)
_ANY_UNIT = "|".join(_UNITS.split())
LATIN_FORMS = {
    "address": re.compile(r"www\..*|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|cn|edu|gov)|\d{1,3}(?:\.\d{1,3}){3}"),
    "version": re.compile(r"[vV]?\d+(?:\.\d+)+(?:[-_.]?[A-Za-z]+[-_.]?\d*)?|[vV]\d+"),
    "quantity": re.compile(rf"(?:\d+(?:[.,]\d+)*)?(?:{_ANY_UNIT})(?:[/·](?:{_ANY_UNIT}|h|d|L))+|\d+(?:[.,]\d+)*(?:{_ANY_UNIT})"),
    "variable": re.compile(r"[a-zα-ω][_.]?\d{1,2}|[A-Za-z]_[A-Za-z0-9]|[a-z]\+\+"),
    "path": re.compile(r"[a-z0-9_.-]+(?:/[a-z0-9_.-]+){2,}"),
    "file_name": re.compile(rf"(?![A-Z]\w*\.js)[\w.+-]+\.(?:{'|'.join(_EXTENSIONS.split())})"),
}
# a mark that joins what is not there
_CUT_OFF = re.compile(r"[-·•‧・].*|.*[-·•‧・]")
# 5-羟色胺, 1#主变, 迈克尔·乔丹: these belong to a name, though they hold no letter
_OF_A_NAME = re.compile(r"\d{1,3}[-#]|#\d{1,3}|[·•‧・]")
# "this": 本院, 本法, 本品
_SELF = frozenset("本该此")

STOP_WORDS = frozenset(
    ["可以", "应当", "应该", "必须", "需要", "能够", "可能", "不能", "依照", "按照", "根据", "如下", "示例", "例如", "比如", "以及", "或者", "并且", "而且", "但是", "因为", "所以", "由于", "如果", "即使", "虽然", "只要", "只有", "除了", "关于", "对于", "通过", "进行", "采取", "采用", "使用", "利用", "属于", "包括", "具有", "存在", "发生", "产生", "出现", "引起", "导致", "造成", "影响", "建议", "注意", "避免", "问题", "情况", "方面", "方法", "原因", "时候", "时间", "现在", "目前", "以前", "以后", "之前", "之后", "之间", "之一", "之内", "以上", "以下", "以内", "以外", "其他", "其它", "另外", "有关", "相关", "有些", "有的", "一些", "一般", "一直", "一定", "经常", "平时", "已经", "正在", "将要", "曾经", "马上", "立即", "及时", "非常", "比较", "特别", "十分", "更加", "完全", "基本", "主要", "重要", "严重", "明显", "什么", "怎么", "怎样", "怎么办", "如何", "为什么", "哪些", "多少", "多久", "是否", "是不是", "能否", "有没有", "请问", "谢谢", "你好", "您好", "大家", "自己", "别人", "我们", "你们", "他们", "希望", "觉得", "感觉", "知道", "认为", "以为", "发现", "开始", "结束", "继续", "得到", "得出", "看到", "听到", "想到", "说明", "表示", "介绍", "回答", "帮助", "提供", "给予", "要求", "规定", "下列", "上述", "前款", "本法", "是由", "都是", "就是", "还是", "也是", "只是", "于是", "而是", "不是", "没有", "还有", "只能", "才能", "就会", "也会", "都会", "会有", "以免", "以便", "从而", "因此", "此外", "同时", "同样", "这样", "那样", "这种", "那种", "各种", "多种", "某些", "任何", "所有", "不会", "不要", "不能", "不能够", "不必", "不必要", "不同", "不宜", "不知", "不知晓", "不再", "绝不", "绝不会", "不仅", "不但", "不管", "不论", "不过", "不如", "不得", "不予", "不得不", "全部", "部分", "左右", "上下", "前后", "当中", "其中", "期间", "今天", "明天", "昨天", "今年", "去年", "最近", "一次", "一个", "一种", "两个", "以来", "至今", "起来", "下来", "出来", "过来", "进来", "上去", "下去", "来说", "而言", "为主", "为了", "为宜", "为准", "作为", "成为", "认识", "了解", "理解", "选择", "决定", "处理", "解决", "完成", "实现", "做好", "加强", "提高", "增加", "减少", "保持", "保证", "满意", "祝您", "早日"]
)  # fmt: skip


def holds_letter(text: str) -> bool:
    """Is there a letter in it, or a roman numeral, which names as a letter does?"""
    return text.isalpha() or any(c.isalpha() or "\u2160" <= c <= "\u2188" for c in text)


def is_bare_number(word: str) -> bool:
    """Is the word of a term a number or a mark that belongs to no name?"""
    return not holds_letter(word) and not _OF_A_NAME.fullmatch(word)


def broken_rule(term: str, parts: list[str]) -> str | None:
    """The name of the first rule that the string breaks, or None."""
    if term in STOP_WORDS:
        return "stop_word"
    if not is_han_text(term):  # each of the next rules needs another character; most terms have none
        for rule, form in LATIN_FORMS.items():
            if form.fullmatch(term):
                return rule
        if _CUT_OFF.fullmatch(term):
            return "cut_off"
    if not _SENTENCE.isdisjoint(term) and not _SENTENCE.isdisjoint(_COMPOUND.sub("", term)):
        return "sentence_character"
    if (number := _NUMBER.match(parts[0])) and len(parts[0]) - number.end() <= (number["measure"] is not None):
        return "starts_with_number"
    if not _INDEFINITE.isdisjoint(term) and not _INDEFINITE.isdisjoint(_ORDINAL_NAME.sub("", term)):
        return "indefinite"
    if term[0] in _SELF:
        return "starts_with_this"
    if len(set(term)) == 1:
        return "one_character_repeated"
    if len(parts) > 1 and len(set(parts)) == 1:
        return "one_word_repeated"
    return None
