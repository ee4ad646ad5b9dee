"""The section of training: the loss curve of each trainer, from its manifest."""

import math

from wajue import dag
from wajue.results.report_sections.tables import Facts, Rows, Tables


def training(tables: Tables, facts: Facts) -> Facts:
    """`training`: for each trainer that ran its epochs, dimensions, speed, and losses evenly spaced over its work."""
    curves: Rows = []
    for step in dag.STEPS:
        if step.trainer and tables.has(*step.writes):
            manifest = tables.manifests[step.writes[0]]
            section = manifest.get("config", {}).get(step.name, {})
            measured = {k: manifest.get(k) for k in ("train_seconds", "words_per_second")}
            losses = [x for x in manifest.get("losses", []) if x is not None and math.isfinite(x)]
            row = {"name": step.name, "epochs": section.get("epochs"), "dim": section.get("dim"), "losses": losses}
            curves.append(row | measured)
    return {"training": curves}
