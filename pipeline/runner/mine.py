"""Mining from Python: a config in, its workspace out."""

from pathlib import Path

from wajue import config as configuration
from wajue.store.workspace import Workspace


def mine(
    config: str | Path | configuration.Config,
    workspace: Workspace | None = None,
    *,
    first: str | None = None,
    last: str | None = None,
    force: bool = False,
    master: str | None = None,
    device: str = "auto",
) -> Workspace:
    """Run the steps from `first` until `last`, those that are done skipped unless `force`; the workspace, else the config's.

    Raises WajueError or ConfigError with one message that says what to do.
    """
    from wajue.runner import run  # Spark

    loaded = config if isinstance(config, configuration.Config) else configuration.load(Path(config))
    mined = workspace or run.workspace_of(loaded)
    run.run(loaded, mined, first=first, last=last, force=force, master=master, device=device)
    return mined
