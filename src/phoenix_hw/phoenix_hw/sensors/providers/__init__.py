"""Sensor boards: the entry points of the group phoenix.sensor_boards."""
