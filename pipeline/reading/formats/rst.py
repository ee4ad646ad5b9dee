"""reStructuredText (.rst), by docutils, with the directives and roles of Sphinx. Each file is a record; its field `text` is the
text of the HTML that it stands for.

Of a directive that docutils does not know its content is read, of a role its text. No file is included, and nothing is run.
"""

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree, publish_from_doctree
from docutils.parsers.rst import Directive, directives, roles

from wajue.reading.formats.html import text_of_html
from wajue.reading.formats.joining import on_one_line
from wajue.reading.formats.po import shown_by_role
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.untrusted import read_markup_apart

_LONGEST = 1 << 21  # characters
_DIRECTIVE = re.compile(r"^\s*\.\. +(?:\|[^|\n]+\| +)?([\w:+.-]+?)\s*::", re.M)
_ROLE = re.compile(r":([A-Za-z][\w:+.-]*):`|`:([A-Za-z][\w:+.-]*):")
_CODE = {
    "code-block",
    "sourcecode",
    "productionlist",
    "testcode",
    "testoutput",
    "testsetup",
    "doctest",
    "prompt",
    "mermaid",
    "graphviz",
}
_UNWRITTEN = {"toctree", "index", "literalinclude", "highlight", "currentmodule", "include", "raw", "contents", "autosummary"}
_SENTENCES = {"versionadded", "versionchanged", "versionremoved", "deprecated", "deprecated-removed"}  # a version, and what changed
_VERSIONS = re.compile(r"(?:v?\d[\w.]*,?\s*|next\b\s*)+")
_LABELS = re.compile(r'<p class="admonition-title">(?:Attention|Caution|Danger!?|Error|Hint|Important|Note|Tip|Warning)</p>')
_INLINE_CODE = {
    "func",
    "class",
    "meth",
    "attr",
    "mod",
    "data",
    "exc",
    "obj",
    "const",
    "file",
    "command",
    "option",
    "envvar",
    "keyword",
}
_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,  # faults of the markup are the author's
    "halt_level": 5,
    "input_encoding": "unicode",
    "output_encoding": "unicode",
    "doctitle_xform": False,
    "docinfo_xform": False,
    "math_output": "MathML",
    "syntax_highlight": "none",
    "smart_quotes": False,
    "_disable_config": True,
}


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_markup_apart(source, "reStructuredText", _LONGEST, text_of_rst)


def text_of_rst(markup: str) -> str:
    """The text of a document. It tells docutils what else to take for directives: call it in a process of its own."""
    return text_of_html(html_of_rst(markup))


def html_of_rst(markup: str) -> str:
    """The HTML that a document stands for, without what docutils and Sphinx add to it."""
    for name in {match[1].lower() for match in _DIRECTIVE.finditer(markup)}:
        if name in _UNWRITTEN or name not in directives._directive_registry:
            directives.register_directive(name, _Unknown)
    for name in {(match[1] or match[2]).lower() for match in _ROLE.finditer(markup)}:
        if name not in roles._role_registry:
            roles.register_local_role(name, _shown)
    doctree = publish_doctree(markup, settings_overrides=_SETTINGS)
    for node in list(doctree.findall(nodes.footnote_reference)) + list(doctree.findall(nodes.label)):
        node.parent.remove(node)
    for node in list(doctree.findall(nodes.problematic)):  # a name that the document does not define
        node.parent.replace(node, nodes.Text("" if node.astext().startswith("|") else node.astext().strip("`_")))
    for text in list(doctree.findall(nodes.Text)):
        if "\n" in text.strip() and not isinstance(text.parent, nodes.FixedTextElement):
            text.parent.replace(text, nodes.Text(on_one_line(text)))
    html = publish_from_doctree(doctree, writer="html5", settings_overrides=_SETTINGS)
    return _LABELS.sub("", html.partition("<body")[2].partition(">")[2].rpartition("</body>")[0])


class _Options(dict[str, Any]):
    """Any option of a directive, as it is written."""

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class _Unknown(Directive):
    """A directive of Sphinx or of an extension. What follows its name is code, such as the signature of a function."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = _Options(name=directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """What it holds."""
        argument = " ".join(self.arguments)
        if self.name.lower() in _UNWRITTEN:
            return []
        if self.name.lower() in _CODE:
            text = "\n".join(self.content)
            return [nodes.literal_block(text, text)]
        container = nodes.container()
        if self.name.lower() in _SENTENCES:
            sentence = nodes.paragraph()
            sentence += self.state.inline_text(_VERSIONS.sub("", argument, count=1), self.lineno)[0]
            container += sentence
        elif argument:
            container += nodes.literal_block(argument, argument)
        self.state.nested_parse(self.content, self.content_offset, container)
        return [container]


def _shown(name: str, raw: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = ()) -> Any:
    """A role of Sphinx: its text without the target."""
    shown = shown_by_role(text.replace("\0", ""))
    return [nodes.literal(raw, shown) if name.rpartition(":")[2] in _INLINE_CODE else nodes.inline(raw, shown)], []
