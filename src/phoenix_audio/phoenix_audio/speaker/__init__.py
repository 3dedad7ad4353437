"""The speaker node: plays utterances and earcons, one after another."""
