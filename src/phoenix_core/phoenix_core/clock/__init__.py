"""Clocks: real and simulated time, time units, back-off, and a timeline of sound."""
