"""The microphone: captures frames and removes what the toy itself plays."""
