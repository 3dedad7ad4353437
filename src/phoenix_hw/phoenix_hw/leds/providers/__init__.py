"""LED strips: the entry points of the group phoenix.led_strips."""
