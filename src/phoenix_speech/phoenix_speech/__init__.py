"""Wake word, listener, intent, conversation and voice of the Phoenix toy."""
