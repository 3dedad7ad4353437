"""The web server: who may come in, what they are told, what they may do."""
