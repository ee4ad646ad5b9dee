from tests.reading.read import read, told

MARKUP = """
标题
====

.. toctree::
   :maxdepth: 2

   a

第一行，
第二行。

.. note::

   注意

.. versionadded:: 3.2
   新增内容

* 项一
* 项二

.. include:: /etc/passwd
.. raw:: html

   <b>生</b>
.. image:: a.png
.. 注释

.. admonition:: 自拟

   内文
"""


def test_blocks_are_lines() -> None:
    [record] = told(read(MARKUP.encode(), "a.rst"))
    assert list(filter(str.strip, record["text"].split("\n"))) == [
        "标题",
        "第一行，第二行。",
        "注意",
        "新增内容",
        "项一",
        "项二",
        "自拟",
        "内文",
    ]


def html(markup: str) -> str:
    """In a process of its own, as `html_of_rst` asks for."""
    from wajue.reading.formats.rst import html_of_rst
    from wajue.reading.sandbox import bounded

    return bounded(html_of_rst, markup)


def test_roles_and_directives_of_sphinx() -> None:
    assert '<p>见 <span>教程</span>、<span class="docutils literal">open</span></p>' in html(
        "见 :ref:`教程 <tut>`、:func:`~io.open`"
    )
    described = html(".. function:: open(file)\n   :module: io\n\n   打开文件。")
    assert '<pre class="literal-block">open(file)</pre>\n<p>打开文件。</p>' in described
    assert '<pre class="literal-block">x = 1</pre>' in html(".. code-block:: c\n   :linenos:\n\n   x = 1\n")


def test_footnotes_lose_their_numbers_and_formulas_are_marked() -> None:
    made = html("设 :math:`x` 为数 [1]_ 。|release| 未定义_\n\n.. [1] 脚注")
    assert "<math" in made and "[" not in made and "|" not in made and "未定义</p>" in made and "<p>脚注</p>" in made
