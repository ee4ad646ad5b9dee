"""`wajue init` and `wajue check`: from files without a config to what a run would read of them."""

import csv
import io
import json
from pathlib import Path

from tests.command import told, wajue


def test_a_config_is_written_checked_and_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    rows = [{"编号": i, "问题": f"断路器{i}怎么检修，需要什么工具"} for i in range(3)]
    (tmp_path / "d" / "a.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "n.txt").write_text("今天天气很好\n", encoding="utf-8")
    result = wajue("init", "d", "--against", "n.txt", folder=tmp_path)
    assert (result.returncode, result.stdout) == (0, "wajue.toml\n") and 'id = "编号"' in result.stderr
    result = wajue("check", "wajue.toml", "--format", "csv", folder=tmp_path)
    checked = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(r["corpus"], r["id"], r["kept"]) for r in checked] == [
        ("domain", "0", "true"), ("domain", "1", "true"), ("domain", "2", "true"), ("general", "", "true"),
    ]  # fmt: skip
    assert "domain: 3 records read: 3 kept" in wajue("check", "wajue.toml", folder=tmp_path).stdout
    again = wajue("init", "d", folder=tmp_path)
    assert again.returncode == 2 and "wajue.toml is there already; --force" in told(again)


def test_paths_of_a_config_elsewhere_lead_to_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("断路器检修以前应当停电。\n", encoding="utf-8")
    (tmp_path / "conf").mkdir()
    assert wajue("init", "a.txt", "--config", "conf/c.toml", folder=tmp_path).returncode == 0
    assert 'paths = ["../a.txt"]' in (tmp_path / "conf" / "c.toml").read_text(encoding="utf-8")
    assert "1 kept" in wajue("check", "conf/c.toml", folder=tmp_path).stdout


def test_nothing_is_written_where_there_is_nothing_to_read(tmp_path: Path) -> None:
    result = wajue("init", "no", folder=tmp_path)
    assert result.returncode == 2 and "does not exist" in told(result) and not list(tmp_path.iterdir())
