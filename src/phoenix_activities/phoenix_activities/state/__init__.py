"""What survives a crash or a power cut."""
