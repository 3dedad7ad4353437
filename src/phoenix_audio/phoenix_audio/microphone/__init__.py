"""The microphone node: what is heard, without what the toy itself plays."""
