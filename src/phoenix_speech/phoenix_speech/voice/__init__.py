"""The voice node: says texts aloud."""
