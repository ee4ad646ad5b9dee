"""Lines that are code, and lines that are not: some written for this test, others that were read and labelled by hand."""

import hashlib
import os
from pathlib import Path

import pytest

from wajue.cleaning import code_lines

GOLD = Path(os.environ.get("WAJUE_CORPORA", "/nowhere")) / "gold"

CODE = """
import numpy as np
from collections import Counter
def area(width, height):
public static void main(String[] args) {
for (int i = 0; i < n; i++) {
if x is None:
return self.pool[key]
total += price * count;  // 合计
print("查询结果", result)
SELECT name, age FROM users WHERE id = 3;
select * from orders where price > 10
CREATE TABLE t (id INT PRIMARY KEY)
sudo apt-get install -y nginx
git commit -m "first"
>>> len(words)
$ docker ps -a
mysql> show tables;
Traceback (most recent call last):
  File "a.py", line 3, in <module>
    at com.example.Main.run(Main.java:42)
2024-03-01 12:00:01,123 INFO starting
#include <stdio.h>
const app = express()
for choice in choices {
for (let item of items) {  // 逐项
func (h *intHeap) Push(x any) {
Integer[] numbers = new Integer[] { 1, 3, 2 };
List<int> b = List.filled(10, 0);
typedef struct Node {
next: Node | null;
[admin@host db]$ bash build.sh release
PARTITION p3 VALUES LESS THAN(400),
name        VARCHAR2,
<div class="box">
"name": "wajue",
color: red;
""".strip().split("\n")

PROSE = """
用 import 语句导入模块
请问print函数怎么用
SELECT 语句用来查询数据
This is a sentence of plain English words.
Please return the book to the library.
PyTorch
iPhone 15 Pro Max
max_length
使用git commit命令提交修改
COVID-19 疫苗接种
NBA: 湖人 102-98 勇士
A股、B股和H股的区别
WiFi连不上怎么办？
Windows 10
苹果(Apple)公司
Adobe Photoshop CS6
""".strip().split("\n")


@pytest.mark.parametrize("line", CODE)
def test_statements_commands_and_logs_are_code(line: str) -> None:
    assert code_lines.is_code(line)


@pytest.mark.parametrize("line", PROSE)
def test_sentences_and_names_are_not(line: str) -> None:
    assert not code_lines.is_code(line)


def test_comments_and_brackets_beside_code_are_code() -> None:
    text = "程序如下：\n# 读入数据\nwith open(name) as file:\n    x\n    data = file.read()\n}\n运行后报错。\n# 标题"
    assert code_lines.without_code(text) == "程序如下：\n运行后报错。\n# 标题"


def test_what_stands_between_fences_is_code_unless_it_is_prose() -> None:
    assert code_lines.without_code("一\n```\nx y z\n```\n二") == "一\n\n二"
    assert "床前明月光" in code_lines.without_code("一\n```\n床前明月光\n```\n二")


def labels() -> dict[str, dict[str, str]]:
    """By corpus, code or prose by the hash of a line: 300 lines with Latin letters of each were read, and no text is kept here."""
    by_corpus: dict[str, dict[str, str]] = {}
    for row in Path(__file__).with_name("labelled_lines.tsv").read_text(encoding="utf-8").splitlines():
        corpus, line, label = row.split("\t")
        by_corpus.setdefault(corpus, {})[line] = label
    return by_corpus


# of the lines of code, how many are caught at least; cybersec_ner is prose without its marks, and holds two
CAUGHT = {"d2l_zh": 0.95, "hello_algo": 0.97, "oceanbase_docs": 0.72, "python_docs_zh": 1.0, "cybersec_ner": 0.0}


@pytest.mark.skipif(not GOLD.is_dir(), reason="WAJUE_CORPORA names no folder of corpora with a folder gold")
@pytest.mark.parametrize("corpus", CAUGHT)
def test_lines_that_people_labelled(corpus: str) -> None:
    wanted = labels()[corpus]
    files = [p for p in (GOLD / corpus).rglob("*") if p.suffix in (".md", ".txt") and p.is_file() and not p.name.startswith("gold")]
    lines = {line.strip() for p in files for line in p.read_text(encoding="utf-8", errors="replace").split("\n")}
    read = {h: line for line in lines if (h := hashlib.sha256(line.encode()).hexdigest()[:16]) in wanted}
    assert read.keys() == wanted.keys()
    told = {label: [code_lines.is_code(read[h]) for h, said in wanted.items() if said == label] for label in ("code", "prose")}
    assert sum(told["code"]) >= CAUGHT[corpus] * len(told["code"])
    assert sum(told["prose"]) <= 0.01 * len(told["prose"])
