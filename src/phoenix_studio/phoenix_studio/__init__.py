"""Phoenix in the browser: the toy, the makers' studio, the parents' page."""
