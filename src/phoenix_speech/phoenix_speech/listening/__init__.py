"""The listener node: detects utterances and turns them into text."""
