"""Phoenix Core: the event catalogue, the node base class, settings, telemetry and supervision."""
