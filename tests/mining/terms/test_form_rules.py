from wajue.mining.terms.form_rules import broken_rule, holds_letter, is_bare_number


def test_form_rules() -> None:
    cases = {
        "断路器": None, "因为": "stop_word", "我的手": "sentence_character", "三个月": "starts_with_number", "一年": "starts_with_number", "24小时": "starts_with_number",
        "十二指肠": None, "二次回路": None, "第三人": None, "第三个": "indefinite", "五十": "starts_with_number", "一百零五条": "starts_with_number", "两": "starts_with_number", "半夏": None, "2型糖尿病": None, "不锈钢": None, "某公司": "indefinite",
        "10kV母线": None, "5天": "starts_with_number", "零序保护": None, "本院": "starts_with_this", "哈哈": "one_character_repeated",
    }  # fmt: skip
    for term, rule in cases.items():
        assert broken_rule(term, [term]) == rule, term
    assert (
        broken_rule("不检修", ["不", "检修"]) == "sentence_character"
        and broken_rule("两台主变", ["两", "台", "主变"]) == "starts_with_number"
    )
    assert broken_rule("三相不平衡", ["三相", "不平衡"]) is None
    forms = {
        "v1.2": "version", "3.11.7": "version", "110kV": "quantity", "150ms": "quantity", "x1": "variable", "h_t": "variable",
        "km/h": "quantity", "5mg/kg": "quantity", "i++": "variable", "src/main/java": "path", "C-": "cut_off", "乔丹·": "cut_off",
        "A/D": None, "AT&T": None, "C++": None, "C#": None, ".NET": None, "TCP/IP": None, "CO₂": None, "5-羟色胺": None, "1#主变": None,
        "main.py": "file_name", "www.x.cn": "address", "github.com": "address", "10.0.0.1": "address",
        "Node.js": None, "5G": None, "B2": None, "PD-1": None, "SF6": None, "ASP.NET": None, "3D": None,
    }  # fmt: skip
    for term, rule in forms.items():
        assert broken_rule(term, [term]) == rule, term
    assert broken_rule("检修检修", ["检修", "检修"]) == "one_word_repeated"


def test_numbers_and_marks_of_names_are_not_bare() -> None:
    assert holds_letter("Ⅱ") and not holds_letter("12") and not holds_letter("1#")
    assert [w for w in ("12", "5-", "1#", "#2", "·", "Ⅱ", "%", "B12") if is_bare_number(w)] == ["12", "%"]
