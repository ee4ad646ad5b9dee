from collections.abc import Callable
from pathlib import Path

import pytest

from wajue import config as configuration
from wajue.config import Config
from wajue.errors import ConfigError

Load = Callable[..., Config]


def test_defaults_and_overrides(load: Load) -> None:
    config = load("[sgns]\ndim = 20\n")
    assert (config.sgns.dim, config.sgns.window) == (20, 5)
    assert config.corpus[0].text == ("text",)


def test_readme_example_of_an_unknown_setting(load: Load) -> None:
    with pytest.raises(ConfigError, match=r"unknown setting in \[new_words\]: 'round'; did you mean 'rounds'\?"):
        load("[new_words]\nround = 3\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sgsn]\n", "unknown setting in the top level: 'sgsn'; did you mean 'sgns'?"),
        ('[sgns]\ndim = "100"\n', "[sgns] dim"),
        ("[sgns]\ndim = 0\n", "[sgns] dim"),
        ("[sgns]\nseed = 5_000_000_000\ndim = 1.5\n", "[sgns] dim"),
        ("[vocabulary]\nmax_size = 3_000_000_000\n", "[vocabulary] max_size: 3000000000 is more than 2,147,483,647"),
        ('[clean]\nscript = "simple"\n', "[clean] script"),
        ("[sgns]\ndims = 3\nwindow = 0\n", "[sgns] window"),  # every fault at once
        ("base = 1\n", "unknown setting in the top level: 'base'"),
        ("[sgns\n", "not valid TOML"),
    ],
)
def test_faults(load: Load, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(text)
    assert said in str(error.value)
    assert error.value.exit_status == 2


@pytest.mark.parametrize(
    ("corpus", "said"),
    [
        ("", "no corpus at all"),
        ('[[corpus]]\nname="a"\nrole="domain"\npaths="x"\n' * 2, "two corpora are named 'a'"),
        ('[[corpus]]\nname="a"\nrole="domian"\npaths="x"\n', "'domain' or 'general'"),
        ('[[corpus]]\nname="a"\nrole="domain"\n', "lacks the setting 'paths'"),
        ('[[corpus]]\nname="../a"\nrole="domain"\npaths="x"\n', "name"),
        ('[[corpus]]\nname="a"\nrole="domain"\npaths=[]\n', "paths"),
        ('[[corpus]]\nname="a"\nrole="domain"\npaths="x"\nencoding="gbk18030"\n', "no encoding"),
        ('[[corpus]]\nname="a"\nrole="domain"\npaths="x"\ntxet="q"\n', "did you mean 'text'?"),
        ('[[corpus]]\nname="a"\nrole="domain"\npaths="x"\ndate_in_path="(\\\\d"\n', "no regular expression"),
        ('[corpus]\nname="a"\nrole="domain"\npaths="x"\n', "[[corpus]]"),
    ],
)
def test_faults_of_a_corpus(load: Load, corpus: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(corpus=corpus)
    assert said in str(error.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no config file"):
        configuration.load(tmp_path / "nothing.toml")


def test_word_lists_are_words_or_files(load: Load, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("断路器\n\n母线\ncircuit breaker\n", encoding="utf-8")
    config = load('[new_words]\naccept = ["words.txt", "刀闸", "母线"]\n')
    assert config.words(config.new_words.accept) == ["断路器", "母线", "circuit breaker", "刀闸"]
    before = config.fingerprint("new_words")
    (tmp_path / "words.txt").write_text("断路器\n", encoding="utf-8")
    assert config.fingerprint("new_words") != before


def test_words_may_have_weights(load: Load, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("断路器 3 n\n\n母线\nT 细胞受体\n", encoding="utf-8")
    config = load('[new_words]\naccept = ["words.txt", "刀闸 2.5"]\n')
    assert config.weights(config.new_words.accept) == {"断路器": 3, "母线": None, "T 细胞受体": None, "刀闸": 2.5}


def test_faults_of_word_lists_are_said_when_the_config_is_read(load: Load, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("断路器\n母线 many\n", encoding="utf-8")
    (tmp_path / "long.txt").write_text(f"断路器\n{'断' * 65} 3\n", encoding="utf-8")
    text = '[new_words]\naccept = ["{}"]\n[terms]\naccept = ["missing.txt"]\n'
    with pytest.raises(ConfigError, match=r"words\.txt, line 2: 'many' after the word '母线'.*missing\.txt"):
        load(text.format("words.txt"))
    with pytest.raises(ConfigError, match=r"long\.txt, line 2: 65 symbols; .* 64 at most"):
        load(text.format("long.txt"))


def test_known_words_may_stand_in_dictionaries(load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.dict").write_text("断路器 3 n\ncircuit breaker\n母线\t2\n", encoding="utf-8")
    assert load('[new_words]\nknown = ["a.dict"]\n').known_words == {"断路器", "circuit breaker", "母线"}


def test_every_knob_says_what_it_is() -> None:
    for section in Config.model_fields.values():
        fields = getattr(section.annotation, "model_fields", {})
        for name, field in fields.items():
            assert field.description, name


def test_a_config_nested_without_end(tmp_path: Path) -> None:
    for text in (
        "a = " + "[" * 100_000,
        "a = " + "{b = " * 100_000,
        "clean." + "a." * 100_000 + "b = 1",
        "[clean." + "a." * 100_000 + "b]",
    ):
        (tmp_path / "c.toml").write_text(text)
        with pytest.raises(ConfigError, match=r"c\.toml"):
            configuration.load(tmp_path / "c.toml")


BY_FIELD = """
[[corpus]]
name = "hearts"
role = "domain"
field = "cardiology"
paths = "x"
[[corpus]]
name = "bones"
role = "{role}"
{field}
paths = "x"
[[corpus]]
name = "more-hearts"
role = "domain"
field = "cardiology"
paths = "x"
"""


def test_fields_stand_in_the_order_of_the_config_with_their_corpora(load: Load) -> None:
    config = load(corpus=BY_FIELD.format(role="domain", field='field = "骨科 手术"'))
    assert config.fields == {"cardiology": ["hearts", "more-hearts"], "骨科 手术": ["bones"]}
    assert load().fields == {}
    # what is read does not depend on them: to name a field reads no file again
    assert config.fingerprint("corpus") == load(corpus=BY_FIELD.format(role="domain", field='field = "b"')).fingerprint("corpus")


@pytest.mark.parametrize(
    ("role", "field", "said"),
    [
        ("domain", "", r"\[\[corpus\]\] bones: no field, but other domain corpora name one \(cardiology\)"),
        ("general", 'field = "news"', r"\[\[corpus\]\] bones: general text has no field; leave out field = 'news'"),
        ("domain", 'field = ""', "field: string should match pattern"),
        ("domain", 'field = "a\\nb"', "field: string should match pattern"),
    ],
)
def test_fields_that_cannot_be_compared_are_refused(load: Load, role: str, field: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(corpus=BY_FIELD.format(role=role, field=field))


LONG_NAME, LONG_PATH = "长" * 100, "a/" * 2500


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a\\u0000b.txt", "holds a NUL character"),
        (LONG_NAME, "a path has 4,095 at most, a name 255"),
        (LONG_PATH, "has 5,000 bytes"),
    ],
)
def test_paths_that_no_file_system_holds(path: str, said: str, load: Load) -> None:
    corpus = f'[[corpus]]\nname = "a"\nrole = "domain"\npaths = "{path}"\n'
    plain = corpus.replace(path, "*.txt")
    for text, given in (("", corpus), (f'workspace = "{path}"', plain), (f'[dedup]\nagainst = "{path}"', plain),
                        (f'[sgns]\ninitial = "{path}"', plain), (f'[spark]\nevent_log = "{path}"', plain)):  # fmt: skip
        with pytest.raises(ConfigError, match=said) as error:
            load(text, given)
        assert error.value.exit_status == 2 and len(str(error.value)) < 600, "the path is not shown whole"
    with pytest.raises(ConfigError, match=r"\[new_words\] accept: cannot read the word list"):
        load(f'[new_words]\naccept = ["{path}.txt"]\n')


def test_a_tilde_is_a_home_wherever_a_path_stands(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "words.txt").write_text("断路器\n", encoding="utf-8")
    config = load('workspace = "~/out"\n[new_words]\naccept = ["~/words.txt"]\n')
    assert config.located(config.workspace) == str(tmp_path / "home" / "out")
    assert config.words(config.new_words.accept) == ["断路器"]
    assert config.located("~nobody-of-this-name/x").endswith("/~nobody-of-this-name/x")
