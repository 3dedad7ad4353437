"""Turns what is written into what a person would say."""
