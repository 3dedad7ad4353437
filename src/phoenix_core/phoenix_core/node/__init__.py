"""The event node, base class of all Phoenix nodes, and the process that runs nodes."""
