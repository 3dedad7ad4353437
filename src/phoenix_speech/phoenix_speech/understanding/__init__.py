"""The intent node: finds what a person wants in what they said."""
