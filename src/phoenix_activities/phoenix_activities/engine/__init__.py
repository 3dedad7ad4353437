"""The activities node, and the state machine that moves between activities."""
