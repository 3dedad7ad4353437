"""The listener node: cuts out what a person says and turns it into words."""
