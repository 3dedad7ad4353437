"""The event node, of which every Phoenix node is made, and what runs nodes in a process."""
