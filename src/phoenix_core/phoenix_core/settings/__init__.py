"""Settings: typed models of nodes and providers, filled from profile, environment and ROS."""
