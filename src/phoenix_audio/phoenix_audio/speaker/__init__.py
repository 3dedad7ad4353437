"""The speaker: plays utterances and earcons, one after another."""
