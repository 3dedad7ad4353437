"""Telemetry: tracing, timing, logs, metrics, and the node that serves and exports them."""
