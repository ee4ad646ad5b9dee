"""Measured side by side with the peers, alternately, in one run; every figure is appended to results/ as a row."""
