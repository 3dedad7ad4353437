"""The LED ring: shows what the toy is doing."""
