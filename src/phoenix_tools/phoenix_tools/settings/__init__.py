"""What can be set: settings of a running toy, and the parts and languages to choose from."""
