"""LaTeX (.tex), parsed by pylatexenc. Each file is a record; its field `text` is the text of the HTML that it stands for.

Comments, the preamble but for the title, labels, references and drawings are left out; footnotes follow the text. Formulas and
listings become the same of HTML, so that they are treated alike in every format. Of a macro that nobody knows its arguments are
read.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from pylatexenc import latexwalker
from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db

from wajue.reading.formats.html import text_of_html
from wajue.reading.formats.joining import on_one_line
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.untrusted import read_markup_apart

_LONGEST = 1 << 22  # characters
_VERBATIM = r"verbatim|Verbatim|lstlisting|minted|alltt|BVerbatim|filecontents|comment|tikzpicture|pgfpicture|forest"
_LISTING = re.compile(rf"(?s)\\begin\{{({_VERBATIM})(\*?)\}}(?:\[[^\]\n]*\])?(.*?)\\end\{{\1\2\}}")
_DRAWN = {"comment", "tikzpicture", "pgfpicture", "forest"}
_MATH = {
    "equation", "align", "alignat", "gather", "multline", "eqnarray", "displaymath", "math", "flalign", "dmath",
    "subequations",
}  # fmt: skip
_TABLES = {"tabular", "tabularx", "tabulary", "longtable", "array", "tabu", "tblr", "supertabular"}
_HEADINGS = {
    "part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph", "title", "caption",
    "frametitle",
}  # fmt: skip
_NOTES = {"footnote", "footnotetext", "endnote", "thanks"}
_BREAKS = {
    "par", "newpage", "clearpage", "bigskip", "medskip", "smallskip", "hline", "toprule", "midrule", "bottomrule",
    "maketitle",
}  # fmt: skip
_LEFT_OUT = {
    "label", "ref", "eqref", "pageref", "autoref", "cref", "Cref", "nameref", "cite", "citep", "citet", "parencite",
    "textcite", "footcite", "nocite", "bibliography", "bibliographystyle", "index", "includegraphics", "input", "include",
    "usepackage", "newcommand", "def", "let", "renewcommand", "providecommand", "newenvironment", "renewenvironment",
    "newtheorem", "setlength", "addtolength", "setcounter", "vspace", "hspace", "documentclass", "pagestyle", "thispagestyle",
    "graphicspath", "hypersetup", "geometry", "lstset", "definecolor", "color", "author", "date", "url", "cline", "cmidrule",
    "addcontentsline", "fontsize", "selectfont", "linespread", "setmainfont", "setCJKmainfont", "hypertarget", "hyphenation",
    "pdfbookmark", "theoremstyle", "ctexset", "addbibresource", "lstinputlisting", "printbibliography",
}  # fmt: skip
_UNREAD_ARGUMENTS = {  # of a macro, before the one that is its text
    "href": 1, "textcolor": 1, "colorbox": 1, "parbox": 1, "resizebox": 2, "scalebox": 1, "multicolumn": 2, "multirow": 2,
    "raisebox": 1, "rule": 2, "foreignlanguage": 1, "fcolorbox": 2, "hyperref": 0,
}  # fmt: skip


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_markup_apart(source, "LaTeX", _LONGEST, text_of_latex)


def text_of_latex(markup: str) -> str:
    """The text of a document."""
    return text_of_html(html_of_latex(markup))


def html_of_latex(markup: str) -> str:
    """The HTML that a document stands for, as far as its text goes."""
    nodes, _, _ = latexwalker.LatexWalker(_LISTING.sub(_verbatim, markup), tolerant_parsing=True).get_latex_nodes()
    document = next((n for n in nodes if _environment(n) == "document"), None)
    writer = _Writer()
    if document is not None:
        writer.nodes([n for n in nodes if getattr(n, "macroname", None) == "title"])
        nodes = document.nodelist
    writer.nodes(nodes)
    return writer.html()


def _verbatim(listing: re.Match[str]) -> str:
    """A listing as the parser knows them; nothing for a drawing."""
    code = re.sub(r"^\{\w+\}", "", listing[3]) if listing[1] == "minted" else listing[3]  # its language
    return "" if listing[1] in _DRAWN else f"\\begin{{verbatim}}{code}\\end{{verbatim}}"


def _environment(node: Any) -> str:
    return getattr(node, "environmentname", "").rstrip("*") if node is not None else ""


class _Writer:
    """A document on its way to HTML."""

    def __init__(self) -> None:
        self._made: list[str] = ["<p>"]
        self._notes: list[str] = []
        self._symbols = LatexNodes2Text(latex_context=get_default_latex_context_db())

    def html(self) -> str:
        """What was made: paragraphs, tables and listings."""
        made = "".join(self._made) + "</p>" + "".join(f"<p>{note}</p>" for note in self._notes)
        made = re.sub(r"\s*(</?(?:p|td|tr|table|pre)>)[ \t\n]*", r"\1", made)
        return re.sub(r"<p></p>|<tr><td></td></tr>", "", made)

    def nodes(self, nodes: list[Any] | None) -> None:
        """Add nodes that follow each other."""
        skipped = 0  # groups that are arguments and no text
        for node in nodes or ():
            if skipped and isinstance(node, latexwalker.LatexGroupNode):
                skipped -= 1
                continue
            if isinstance(node, latexwalker.LatexMacroNode):
                self._macro(node)
                parsed = sum(isinstance(a, latexwalker.LatexGroupNode) and a.delimiters[0] == "{" for a in _arguments(node))
                skipped = max(0, _UNREAD_ARGUMENTS.get(node.macroname, 0) - parsed)
                if node.macroname in _LEFT_OUT and not parsed:
                    skipped = 9
                continue
            if not isinstance(node, latexwalker.LatexCharsNode) or node.chars.strip():
                skipped = 0
            self._node(node)

    def _node(self, node: Any) -> None:
        if isinstance(node, latexwalker.LatexCharsNode):
            texts = re.split(r"\n[ \t]*\n\s*", html.escape(node.chars, quote=False))
            self._made.append("</p><p>".join(map(on_one_line, texts)))
        elif isinstance(node, latexwalker.LatexMathNode):
            self._made.append("<math></math>")
        elif isinstance(node, latexwalker.LatexGroupNode):
            self.nodes(node.nodelist)
        elif isinstance(node, latexwalker.LatexSpecialsNode):
            cell = "</td><td>" if self._in_table() else "&amp;"
            self._made.append({"&": cell, "~": " "}.get(node.specials_chars) or self._symbol(node))
        elif isinstance(node, latexwalker.LatexEnvironmentNode):
            self._environment(node)

    def _environment(self, node: Any) -> None:
        name = _environment(node)
        if name in _MATH:
            self._made.append("<math></math>")
        elif name == "verbatim":
            code = node.nodeargd.verbatim_text if node.nodeargd else ""
            self._made.append(f"</p><pre>{html.escape(code.strip(chr(10)))}</pre><p>")
        elif name in _TABLES:
            self._made.append("</p><table><tr><td>")
            self.nodes(node.nodelist)
            self._made.append("</td></tr></table><p>")
        elif name != "thebibliography":
            self._made.append("</p><p>")
            self.nodes(node.nodelist)
            self._made.append("</p><p>")

    def _macro(self, node: Any) -> None:
        name = node.macroname.rstrip("*")
        if name in _HEADINGS:
            self._made.append("</p><p>")
            self._last_argument(node)
            self._made.append("</p><p>" if _arguments(node) else "")
        elif name in _NOTES:
            self._note(node)
        elif name == "item":
            self._made.append("</p><p>")
            self.nodes(_arguments(node))
        elif name in ("\\", "tabularnewline", "newline"):
            self._made.append("</td></tr><tr><td>" if self._in_table() else "<br>")
        elif name in _BREAKS:
            self._made.append("" if self._in_table() else "</p><p>")
        elif name not in _LEFT_OUT:
            self._text_or_symbol(node)

    def _text_or_symbol(self, node: Any) -> None:
        if node.macroname in _UNREAD_ARGUMENTS or any(isinstance(a, latexwalker.LatexGroupNode) for a in _arguments(node)):
            self._last_argument(node)
        else:
            self._made.append(self._symbol(node))

    def _last_argument(self, node: Any) -> None:
        self.nodes(_arguments(node)[-1:])

    def _note(self, node: Any) -> None:
        made, self._made = self._made, []
        self._last_argument(node)
        self._notes.append("".join(self._made))
        self._made = made

    def _in_table(self) -> bool:
        return next((piece.endswith("<td>") for piece in reversed(self._made) if "table>" in piece or "<td>" in piece), False)

    def _symbol(self, node: Any) -> str:
        """A macro or mark that stands for a character or some, such as \\ldots; nothing for those that set type."""
        try:
            return html.escape(self._symbols.nodelist_to_text([node]), quote=False)
        except (IndexError, TypeError, AttributeError):  # it lacks an argument
            return ""


def _arguments(node: Any) -> list[Any]:
    given = node.nodeargd.argnlist if node.nodeargd else None
    return [argument for argument in given or () if argument is not None and not isinstance(argument, str)]
