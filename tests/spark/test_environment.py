"""What a local Spark inherits, whatever the machine has set; no Spark is started."""

import os
import subprocess
import sys
from pathlib import Path

import pyspark
import pytest

from wajue.spark import environment

SPARK = str(Path(pyspark.__file__).parent)


def test_a_local_spark_is_this_python_and_this_spark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    environment._announce.cache_clear()
    (tmp_path / "other" / "pyspark").mkdir(parents=True)
    foreign = {"PYSPARK_PYTHON": "/usr/bin/python2", "SPARK_HOME": "/opt/spark-2.4", "PYSPARK_SUBMIT_ARGS": "--master yarn pyspark-shell",
               "SPARK_CONF_DIR": "/etc/spark", "SPARK_REMOTE": "sc://host", "PYTHONPATH": f"{tmp_path}/other:/opt/py4j-0.10-src.zip:{tmp_path}",
               "JAVA_TOOL_OPTIONS": "-Xss4m -Dfile.encoding=GBK -Da=b -Dsun.jnu.encoding=GBK"}  # fmt: skip
    for name, value in (foreign | {"LC_ALL": "POSIX", "HTTP_PROXY": "kept"}).items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with caplog.at_level("INFO", logger="wajue"):
        for _ in range(2):
            with environment.of_a_local_spark():
                assert (os.environ["PYSPARK_PYTHON"], os.environ["SPARK_HOME"]) == (sys.executable, SPARK)
                assert not {"PYSPARK_SUBMIT_ARGS", "SPARK_CONF_DIR", "SPARK_REMOTE"} & set(os.environ)
                assert os.environ["PYTHONPATH"] == str(tmp_path), "what holds no Spark stays"
                assert os.environ["JAVA_TOOL_OPTIONS"] == "-Xss4m -Da=b", "what is not about names of files stays"
                assert os.environ["LC_ALL"] == "C.UTF-8" and os.environ["HTTP_PROXY"] == "kept"
            assert dict(os.environ) == before
    [said] = caplog.messages
    assert all(name in said for name in foreign)


def test_nothing_is_said_where_nothing_is_passed_over(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    environment._announce.cache_clear()
    for name in environment._PASSED_OVER:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    with caplog.at_level("INFO", logger="wajue"), environment.of_a_local_spark():
        assert os.environ["SPARK_HOME"] == SPARK
    assert not caplog.messages


ASK = "from wajue.spark import environment; environment.prefer_own_spark(); import pyspark, sys; print(pyspark.__file__)"


def test_another_spark_in_pythonpath_comes_after_the_own(tmp_path: Path) -> None:
    (tmp_path / "pyspark").mkdir()
    (tmp_path / "pyspark" / "__init__.py").write_text("")
    variables = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, "-c", ASK]
    assert Path(subprocess.check_output(command, env=variables, text=True).strip()).parent == Path(SPARK)
    variables["PYSPARK_GATEWAY_PORT"] = "1"  # spark-submit: the Spark that runs is the one
    assert Path(subprocess.check_output(command, env=variables, text=True).strip()).parent == tmp_path / "pyspark"
