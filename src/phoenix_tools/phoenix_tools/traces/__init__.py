"""Interactions as traces: from a bag or from the running toy, as a list, waterfall or chain."""
