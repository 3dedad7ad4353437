"""Launch files, configuration and the command line of the Phoenix toy."""
