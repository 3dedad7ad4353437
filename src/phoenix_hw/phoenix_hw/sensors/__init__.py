"""The sensor node: touch pads, buttons, motion, battery and the mute switch."""
