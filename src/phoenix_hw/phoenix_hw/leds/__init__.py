"""The LED node: shows what the toy is doing on its ring."""
