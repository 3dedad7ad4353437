"""Wyoming: recognizers and voices of a home server, and those of the toy for others."""
