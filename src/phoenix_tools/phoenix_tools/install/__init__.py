"""
Versions side by side on a toy: installing one, going over to it, and going back.

Uses the standard library alone: it runs before anything is installed.
"""
