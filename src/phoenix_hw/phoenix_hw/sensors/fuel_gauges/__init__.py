"""Fuel gauges: the entry points of the group phoenix.fuel_gauges."""
