"""
The form in which a toy keeps its state.

An installation reads the number out of this file, of versions that it does not run: a way back
takes today's state along only where both versions have the same one.
"""

# Of the tables, and of what else is kept; raised when an older Phoenix would misread it.
FORMAT = 1
