"""What every Phoenix node is made of: catalogue, event node, settings, tracing, composition."""
