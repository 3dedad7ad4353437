"""The wake word node: spots the wake phrase in the microphone's stream."""
