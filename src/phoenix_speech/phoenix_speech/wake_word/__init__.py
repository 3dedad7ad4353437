"""The wake word node: detects the wake phrase in the microphone stream."""
