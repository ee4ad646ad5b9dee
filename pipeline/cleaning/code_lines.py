"""Which lines are code, by their characters. In: a text. Out: the same without such lines.

A line is code if its form is that of a statement, a tag, a command, a line of a log or of a stack trace. What holds Han characters
outside strings and comments is prose, and so are sentences of English. Beside a line of code, comments and closing brackets are
code as well. Figures: docs/dev/experiments/reading.md.
"""

import re

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_LATIN = re.compile("[A-Za-z]")
_LONGEST = 2_000  # characters of a line that is looked at
_NAME = r"[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*){0,9}"
_STATEMENT = (  # each at the beginning of a line, in ASCII
    r"(?:from\s+[\w.]+\s+)?import\s+[\w.*{},\s\"'@/]+;?$",
    r"(?:async\s+)?(?:def|fn|func|function|class|(?:typedef\s+)?struct|enum|interface|impl|trait|module|namespace)\s+[\w<(]+.{0,200}[({:;]",
    r"(?:public|private|protected|static|final|abstract|virtual|override|export|extern|pub|const|let|var|val|mut)\s+[\w<@*&{\[]",
    r"(?:if|for|while|switch|catch|elif|foreach|match|with|unless)\b\s*\(?.{1,200}(?:[:{]|\bthen|\bdo)\s*$",
    r"(?:return|yield|throw|raise|await|assert|delete|del|new|goto|break|continue|pass|else|try|finally|do|end|fi|done|esac)\b[^a-z]{0,3}(?:[\w.\"'(\[{-].{0,200})?[;:{)\]]?\s*$",
    r"(?:#\s*(?:include|define|ifn?def|endif|pragma|import)\b|<\?(?:php|xml)\b|<!DOCTYPE\b|#!/|@[A-Za-z]\w*\s*(?:\(.*)?$|package\s+[\w.]+;?$|using\s+[\w.]+;)",
    r"(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|CREATE|ALTER|DROP|GRANT|REVOKE|EXPLAIN|TRUNCATE|SHOW|DESC|SET|USE|FROM|WHERE|GROUP\s+BY|ORDER\s+BY|LEFT\s+JOIN|INNER\s+JOIN|VALUES|PARTITION\s+BY|BEGIN|COMMIT|ROLLBACK|DECLARE|LIMIT|HAVING|UNION)\b(?![a-z])",
    r"\(?(?:SUB)?PARTITION\s+\w+\s+VALUES\b",
    r"\w+\s+(?:INT|INTEGER|BIGINT|NUMBER|VARCHAR2?|CHAR|DATE|TIMESTAMP|DECIMAL|TEXT|BLOB|CLOB|BOOLEAN|DOUBLE|FLOAT)\b[^.|]{0,100}[,;)]$",
    r"(?:select|insert\s+into|update|delete\s+from|create|alter|drop)\s+[\w.*`\"(,]+(?:\s|$).{0,300}(?:;|\bfrom\b|\bset\b|\bvalues\b|\btable\b|\()",
    r"(?:\$|>>>|\.\.\.|PS [A-Z]:\\[^>]*>|(?:mysql|obclient|postgres|sqlite|redis|mongo|irb|ghci|In \[\d+\])[^>:]{0,30}[>:]|\[?[\w.-]+@[\w.-]+[:\s][^$#]{0,80}[$#])\s+[\w./-]+(?:\s|$|\()",
    r"(?:sudo|git|npm|yarn|pnpm|pip3?|conda|docker|kubectl|curl|wget|apt(?:-get)?|yum|brew|cargo|rustc|rustup|gcc|g\+\+|make|cmake|java|javac|mvn|python3?|node|npx|ng|cd|ls|mkdir|chmod|chown|rm|cp|mv|cat|echo|export|source|systemctl|ssh|scp|tar)\s+(?:-{1,2}[\w-]+|[\w./~$:@=+-]+)(?:\s+[\w./~$:@=+\"'*|>-]+){0,20}\s*\\?$",
    r"(?:at\s+[\w.$<>]+\(|File \"[^\"]+\", line \d+|Traceback \(most recent|Caused by: |Exception in thread|[\w.]+(?:Error|Exception)\b[:\s])",
    r"(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d|\d\d:\d\d:\d\d[.,]\d+\s|\[(?:INFO|WARN|ERROR|DEBUG|TRACE)\])",
    rf"{_NAME}(?:\[[^\]]{{0,80}}\])?(?:\s*,\s*{_NAME}){{0,9}}\s*(?::\s*[\w\[\]., |<>]+)?(?:=|\+=|-=|\*=|/=|:=|<-|=>)\s*[^=\s]",
    rf"{_NAME}(?:<[^>]{{0,80}}>)?!?\(.{{0,400}}\)?\s*(?:[;:{{,)]|=>|\\|\.[A-Za-z]|$)",
    rf"(?:{_NAME}(?:<[^>]{{0,80}}>)?(?:\[\])?[*&?]?\s+){{1,3}}[*&]?{_NAME}\s*(?:\([^)]{{0,200}}\)\s*[{{;:]|=\s*\S|;)",
    r"</?[A-Za-z][\w:.-]*(?:\s+[\w:@.*#()\[\]-]+(?:=(?:\"[^\"]*\"|'[^']*'|\S+))?){0,20}\s*/?>",
    r"[\"'][\w .$@/-]+[\"']\s*:\s*[\[{\"'\d\-tfn]",
    r"[\w-]+\s*:\s*[^\s,，。]+(?:\s\|\s[^\s,，。]+){0,5};$",
    r"(?://|/\*|\*/|;;|<!--|\"\"\")",
    r"[+|][-+=|]{3,}|\|[^|]{0,200}\|(?:[^|]{0,200}\|)*$",
)
_CODE = re.compile("(?a:" + "|".join(f"(?:{s})" for s in _STATEMENT) + ")")
_ENDING = re.compile(r"(?a)(?:[;{}]|\)\s*[{;:]|=>|->|&&|\|\||\\|[\])}]\s*[,;)]+|[=+*/%<>|&^]\s*)$")
_OPERATOR = re.compile(
    r"==|!=|<=|>=|=>|->|::|&&|\|\||\+\+|\+=|-=|:=|<<|>>|\w\(\)|\w\[\w+\]|\{\{|\}\}|\$\{|\w+_\w+|\w\.\w+\(|</|/>|=[\"']"
)
_CLOSING = re.compile(r"[\s\[\](){}<>;,.:|+\-*/=&\"'\\#%_~^`]+$")
_PLAIN_WORD = re.compile(r"(?a)[(\"'“‘]?[A-Za-z][A-Za-z'’-]*[,.;:!?)\"'”’]{0,3}$")
_REMARK = re.compile(r"\s+(?://|#\s).*$")  # behind a statement
_LIKE_ENGLISH = re.compile(r"(?a)(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|GRANT|SHOW|sudo|Traceback \(most)\s")
_COMMENT = re.compile(r"(?://|#(?!#)|--|/\*|\*|\"\"\"|<!--|%)")
_NAME_ALONE = re.compile(r"[\w$.@#%:/-]+$")  # which a heading, a cell or an item may be
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|(?://|#|--\s|/\*|<!--).*")  # strings, and what a comment says
_FENCE = re.compile(r"(?m)^[ \t]*(`{3,}|~{3,})[^`\n]*\n(.*?\n)??[ \t]*\1[ \t]*$", re.S)


def is_prose(passage: str) -> bool:
    """Do most letters of the passage stand for Chinese? Writers indent paragraphs, and put verses and replies in such blocks."""
    han = len(_HAN.findall(passage))
    return han > 0 and han >= len(_LATIN.findall(passage))


def is_code(line: str) -> bool:
    """Is the line code, by its own characters? What it says in strings and comments may be Chinese."""
    text = line.strip()
    if len(text) < 2 or len(text) > _LONGEST or len(_LATIN.findall(text)) < 2 or _HAN.search(_QUOTED.sub("", text)):
        return False
    text = _REMARK.sub("", text)
    if _NAME_ALONE.match(text):
        return text != line.strip()
    if _is_english(text) and not (_LIKE_ENGLISH.match(text) or _ENDING.search(text)):
        return False
    if _CODE.match(text):
        return True
    signs = len(_OPERATOR.findall(text)) + (_ENDING.search(text) is not None)
    return signs >= 2 or (signs == 1 and " " not in text.strip("([{}]);,"))


def _is_english(text: str) -> bool:
    tokens = text.split()
    return len(tokens) >= 5 and sum(_PLAIN_WORD.match(t) is not None for t in tokens) >= 0.7 * len(tokens)


def without_code(text: str) -> str:
    """The text without its lines of code, and without what stands between fences."""
    if "```" in text or "~~~" in text:
        text = _FENCE.sub(lambda m: m[2] or "" if is_prose(m[2] or "") else "", text)
    if not _LATIN.search(text):
        return text
    lines = text.split("\n")
    code = [is_code(line) for line in lines]
    if not any(code):
        return text
    _fill(code, lines)
    return "\n".join(line for line, drop in zip(lines, code, strict=True) if not drop)


def _fill(code: list[bool], lines: list[str]) -> None:
    """Beside code these are code too: what closes brackets, comments, and what stands between two such lines without Han."""
    for i in (*range(len(lines)), *reversed(range(len(lines)))):
        line = lines[i].strip()
        if code[i] or not line:
            continue
        before, after = i > 0 and code[i - 1], i + 1 < len(lines) and code[i + 1]
        beside = _CLOSING.match(line) is not None or _COMMENT.match(line) is not None
        code[i] = (before and after and not _HAN.search(line)) or (beside and (before or after))
