import pytest

from tests.reading.read import read, told
from wajue.reading.formats.subtitles import text_of_subtitles

ASS = """[Script Info]
Title: x
[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,译者注
Dialogue: 0,0:00:09.00,0:00:11.00,Default,,0,0,0,,后一句
Dialogue: 0,0:00:01.00,0:00:02.00,Default,甲,0,0,0,,{\\an8\\fs20}先，{\\i1}说{\\i0}\\N这句
Dialogue: 1,0:00:01.00,0:00:02.00,Default,甲,0,0,0,,{\\blur3}先，说\\N这句
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
"""


def test_subrip() -> None:
    cues = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>主变</i>\r\n{\\an8}漏油\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n2024\r\n3\r\n00:00:05,000 --> 00:00:06,000\r\n断路器"
    assert told(read(cues.encode(), "a.srt")) == [{"text": "主变漏油\n2024\n断路器"}]


def test_webvtt() -> None:
    cues = "WEBVTT\n\nNOTE 注释\n\nSTYLE\n::cue {}\n\nid\n00:01.000 --> 00:02.000 align:start\n<v 甲>断路器<00:01.500>拒动\n"
    assert told(read(cues.encode(), "a.vtt")) == [{"text": "断路器拒动"}]


def test_substation_alpha() -> None:
    assert told(read(ASS.encode(), "a.ass")) == [{"text": "先，说这句\n后一句"}]


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        (["如果断路器，", "拒动"], "如果断路器，拒动"),  # a comma goes on
        (["断路器", "拒动"], "断路器\n拒动"),  # nobody writes full stops
        (["断路器", "拒动。", "怎么办？"], "断路器拒动。\n怎么办？"),  # somebody does
        (["- 你好\n- 再见"], "你好\n再见"),  # two speakers
        (["断路器\nThe circuit\nbreaker"], "断路器\nThe circuit breaker"),  # two languages
        (["……", "<font color=red></font>"], "……"),
    ],
)
def test_where_a_line_ends(cues: list[str], expected: str) -> None:
    assert (
        text_of_subtitles("".join(f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n{cue}\n\n" for i, cue in enumerate(cues))) == expected
    )


TIMES = "00:00:01.000 --> 00:00:02.000"


@pytest.mark.parametrize(
    ("subtitles", "expected"),
    [
        (f"1\n{TIMES}\n帝国军\n\n击破中央第四舰队\n\n2\n{TIMES}\n完\n", "帝国军击破中央第四舰队\n完"),
        (f"1\n{TIMES}\n\n断路器\n\n\n拒动\n2\n{TIMES}\n完\n\n\n", "断路器拒动\n完"),
        (f"1\n{TIMES}\n200\n\n2\n{TIMES}\n\n300\n\n3\n{TIMES}\n400\n", "200\n300\n400"),
        (f"WEBVTT\n\n{TIMES}\n200\n{TIMES}\n300\n\n{TIMES}\n400\n", "200\n300\n400"),  # without numbers
        (f"WEBVTT\n\n{TIMES}\n断路器\n{TIMES}\n拒动\n\n结尾 x\n{TIMES}\n完\n", "断路器\n拒动\n完"),  # one cue has a name
        (f"WEBVTT\n\n{TIMES}\n断路器\n\nNOTE 甲\n乙\n\n丙\n\n{TIMES}\n完\n\nNOTE\n丁", "断路器\n完"),
        (f"WEBVTT\n\n{TIMES}\n断路器\n\nSTYLE\n::cue {{}}\n\nREGION\nid:a\n\n{TIMES}\nNOTE 甲\nNOTES\n", "断路器\nNOTE 甲\nNOTES"),
    ],
)
def test_where_a_cue_ends(subtitles: str, expected: str) -> None:
    assert text_of_subtitles(subtitles) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("集合{甲,乙}的并集", "集合{甲,乙}的并集"),
        ("{x:x>0}与{s:集合}", "{x:x>0}与{s:集合}"),
        ("{\\an8}{\\c&HFFFFFF&\\fs20}断路器{y:i}{c:$0000ff}{Y:b,i}{f:Arial}{s:20}拒动", "断路器拒动"),
    ],
)
def test_braces_are_text_unless_they_hold_an_effect(line: str, expected: str) -> None:
    assert text_of_subtitles(f"WEBVTT\n\n{TIMES}\n{line}\n") == expected


def test_a_file_without_cues_is_empty_text() -> None:
    assert told(read("没有时间\n".encode(), "a.srt")) == [{"text": ""}]
