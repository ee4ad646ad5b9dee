"""Lines that are code, and lines that are not, written for this test."""

import pytest

from wajue.cleaning import code_lines

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
