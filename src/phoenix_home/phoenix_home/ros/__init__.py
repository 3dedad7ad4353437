"""Neighbors in the ROS graph: actions, and the messages of robots."""
