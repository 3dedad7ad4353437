"""Home Assistant: the toy as a device of the native protocol of ESPHome."""
