import pytest

from tests.reading.read import read, told
from wajue.reading.formats.latex import html_of_latex


@pytest.mark.parametrize(
    ("markup", "html"),
    [
        (
            "\\documentclass{ctexart}\\usepackage{x}\\title{标题}\\author{张}\\begin{document}\\maketitle\n正文\\end{document}",
            "<p>标题</p><p>正文</p>",
        ),
        (
            "\\section{第一章 \\textbf{甲}}\\label{a}\n断路器，% 注释\n拒动\n\n第二段\\\\换行",
            "<p>第一章 甲</p><p>断路器，拒动</p><p>第二段<br>换行</p>",
        ),
        ("甲\\footnote{脚注}乙\\cite[p]{x}见~\\ref{f}\\url{http://a.cn}", "<p>甲乙见</p><p>脚注</p>"),
        ("设$x$与\\(y\\)和\\[z\\]及\\begin{align*}a\\end{align*}终", "<p>" + "<math></math>".join("设与和及终") + "</p>"),
        ("\\unknown{参数}\\href{http://a.cn}{链接}\\textcolor{red}{红} 100\\% \\'e\\ldots ``引''", "<p>参数链接红 100% é…“引”</p>"),
        ("\\begin{itemize}\\item 甲\\item[乙] 丙\\end{itemize}", "<p>甲</p><p>乙 丙</p>"),
        (
            "\\begin{tabular}{|l|c|}\\hline 名 & 数 \\\\ \\hline 甲 & 三 \\\\ \\end{tabular}后",
            "<table><tr><td>名</td><td>数</td></tr><tr><td>甲</td><td>三</td></tr></table><p>后</p>",
        ),
        ("\\begin{figure}\\includegraphics[width=1cm]{a.png}\\caption{图题}\\end{figure}", "<p>图题</p>"),
        (
            "\\begin{minted}{c}\nint x = {; % $\n\\end{minted}\\begin{comment}\n$ \n\\end{comment}后",
            "<pre>int x = {; % $</pre><p>后</p>",
        ),
        ("a < b {未闭合 & c", "<p>a &lt; b 未闭合 &amp; c</p>"),
    ],
)
def test_what_a_document_stands_for(markup: str, html: str) -> None:
    assert html_of_latex(markup) == html


def test_a_file_is_a_record() -> None:
    assert told(read("\\section{标题}\n断路器".encode(), "a.tex")) == [{"text": "标题\n断路器"}]
    assert told(read(b"{" * 5000, "a.tex")) == ["excessive_file"]
