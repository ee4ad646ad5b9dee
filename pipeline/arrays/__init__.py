"""NumPy arrays on their way through Arrow: in cells, as strings, of runs of different lengths, summed over tasks."""
