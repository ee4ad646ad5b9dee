"""`wajue demo`: where the bundled sample is, and what is shown once it is mined. In: a workspace. Out: lines on a console."""

from pathlib import Path

from rich.console import Console

from wajue import console, schemas
from wajue.errors import WajueError
from wajue.results import loaders, query, query_output
from wajue.store.workspace import Workspace

_BEST = {
    "new words": "SELECT rank, word, domain_count, general_count, round(score, 1) AS score FROM new_words ORDER BY rank LIMIT 10",
    "domain terms": "SELECT rank, term, domain_count, general_count, score FROM terms WHERE is_listed ORDER BY rank LIMIT 10",
}
_BEST_WITH_VECTORS = "SELECT t.term FROM terms t JOIN sgns_words v ON t.term = v.word ORDER BY t.rank LIMIT 3"


def sample_folder() -> Path:
    """The bundled sample: beside the package in a checkout, inside it when installed. Raises WajueError if it is gone."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "sample", package.parent / "data"):
        if (folder / "demo.toml").is_file():
            return folder
    raise WajueError("the bundled sample is missing from this installation; install wajue again")


def show(workspace: Workspace, output: Console) -> None:
    """Print the best new words and terms, neighbours by meaning, and what to type next."""
    with query.connect(workspace) as connection:
        for title, sql in _BEST.items():
            output.print(f"\nThe ten best {title}")
            output.print(query_output.render(query.execute(connection, sql)))
        best = [str(term) for term in query.execute(connection, _BEST_WITH_VECTORS).column("term").to_pylist()]
    output.print("\nNeighbours by meaning")
    vectors = loaders.load_vectors(workspace)
    for term in best:
        output.print(f"{term}: " + "  ".join(f"{word} {cosine:.2f}" for word, cosine in vectors.most_similar(term, top=5)))
    tables = ", ".join(t for t in schemas.TABLES if workspace.whole(t))
    command, location = console.typed_command(), workspace.location
    output.print(f"\nEverything is in {Path(location).resolve()}: {tables}")
    output.print(f"Look at it with: {command} report {location}")
    output.print(f'Go on with: {command} query {location} "SELECT * FROM terms LIMIT 50"')
