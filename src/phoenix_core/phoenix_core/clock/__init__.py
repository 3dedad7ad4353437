"""Time: as it passes or simulated, and sound laid out in time."""
