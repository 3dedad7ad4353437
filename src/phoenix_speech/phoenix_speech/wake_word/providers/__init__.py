"""The wake word engines that Phoenix brings, one per module."""
