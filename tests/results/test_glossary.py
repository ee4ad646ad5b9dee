from wajue.results.glossary import glossary


def test_names_have_both_languages() -> None:
    assert glossary()["columns"]["rank"] == ["rank", "名次"]
    assert all(len(pair) == 2 for section in ("columns", "filters") for pair in glossary()[section].values())
