"""The event graph: as declared and as it runs, drawn, described and compared."""
