"""Microphone and speaker of the Phoenix toy: PortAudio and WAV files."""
