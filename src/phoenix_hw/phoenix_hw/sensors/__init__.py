"""The sensors: touch pads, buttons, motion, battery and the mute switch."""
