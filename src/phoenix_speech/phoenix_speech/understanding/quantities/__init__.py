"""Numbers, lengths of time, times, days, places and sums, read exactly or not at all."""
