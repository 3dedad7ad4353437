"""Settings of nodes and providers: typed models filled from profile, environment and ROS."""
