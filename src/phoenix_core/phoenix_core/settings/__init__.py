"""Settings: typed models, filled from profile, environment and ROS; files and plugins."""
