"""Files of verdicts are read as people write them, and what contradicts itself is told with its lines."""

from pathlib import Path

import pytest

from wajue import verdict_files
from wajue.errors import ConfigError
from wajue.verdict_files import Decided, Stated, Verdict


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "v.csv"
    path.write_bytes(text.encode(encoding))
    return path


def decided(folder: Path, text: str, kind: str = "term") -> Decided:
    return verdict_files.decided(verdict_files.read(written(folder, text)), kind)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheet_may_save_it(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = 'word,verdict,note\r\n断路器,accept,"一个\r\n设备"\r\n的说,reject,\r\n\r\n'.replace(",", delimiter)
    [first, second] = verdict_files.read(written(tmp_path, text, encoding))
    assert first.verdict == Verdict("断路器", "", "accept", note="一个\r\n设备")
    assert second.verdict == Verdict("的说", "", "reject") and second.source.endswith("v.csv, line 3")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    verdicts = [
        Verdict('a,"b"\n', "term", "variant", "断路器", "安", "2026-11-28T10:00:00.123+00:00", "为什么;"),
        Verdict("=1+1", "new_word", "later", "", "", "", ""),
    ]
    again = verdict_files.read(written(tmp_path, verdict_files.HEADER + verdict_files.lines(verdicts)))
    assert [s.verdict for s in again] == [verdicts[0]._replace(word='a,"b"'), verdicts[1]]


def test_the_latest_line_of_a_reviewer_counts_and_a_withdrawn_one_does_not(tmp_path: Path) -> None:
    lines = [
        "word,kind,verdict,variant_of,reviewer,time",
        "甲,term,reject,,ann,2026-11-28T10:00",
        "甲,term,accept,,ann,2026-11-28T12:00+01:00",  # 11:00 UTC: later
        "乙,term,accept,,ann,2026-11-28T10:00",
        "乙,term,withdrawn,,ann,2026-11-28T10:01",
        "丙,term,variant,甲,ann,",
        "丁,term,later,,ann,",
        "戊,new_word,variant,甲,ann,",
        "己,,reject,,ann,",
    ]
    text = "\n".join(lines)
    assert decided(tmp_path, text) == Decided(["甲"], ["丙", "己"], {"丙": "甲"})
    assert decided(tmp_path, text, "new_word") == Decided(["戊"], ["己"], {"戊": "甲"})  # another spelling of a word is a word


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("断路器,accept", "has no column '断路器'; there are word, kind"),
        ("word,verdct\n甲,accept", "has no column 'verdct'; did you mean 'verdict'"),
        ("word,note\n甲,x", "lacks verdict"),
        ("word,verdict\n甲,yes\n,accept", "line 2: 'yes' is no verdict; there are accept, .*; line 3: there is no word"),
        ("word,kind,verdict\n甲,topic,accept", "'topic' is no kind"),
        ("word,verdict,variant_of\n甲,accept,乙", "variant_of names the word"),
        ("word,verdict\n甲,variant", "variant_of names the word"),
        ("word,verdict,variant_of\n甲,variant,甲", "no variant of itself"),
        ("word,verdict,time\n甲,accept,yesterday", "'yesterday' is no time; write 2026-11-28"),
        ('word,verdict\n"甲,accept', "is not CSV"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        verdict_files.read(written(tmp_path, text))


def test_both_verdicts_of_one_reviewer_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"both accept and reject are said of '甲' \(.*v.csv, line 2; .*line 3\); delete"):
        decided(tmp_path, "word,verdict\n甲,accept\n甲,reject")
    assert decided(tmp_path, "word,verdict\n甲,accept\n甲,accept") == Decided(["甲"], [], {})


def test_reviewers_who_differ_are_refused_by_a_run(tmp_path: Path) -> None:
    text = "word,verdict,reviewer\n甲,accept,ann\n甲,reject,bo\n乙,accept,ann\n乙,later,bo"
    with pytest.raises(ConfigError, match=r"reviewers differ on 1 words: '甲': accept \(.*line 2\), reject \(.*line 3\)"):
        decided(tmp_path, text)


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert verdict_files.read(written(tmp_path, "")) == []


def test_conflicts_name_both_lines() -> None:
    stated = [Stated(Verdict("甲", "term", v, reviewer=r), r) for v, r in (("accept", "ann"), ("later", "cy"), ("reject", "bo"))]
    assert verdict_files.conflicts(stated) == [(stated[0], stated[2])]
