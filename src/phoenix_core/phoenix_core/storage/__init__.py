"""What a toy keeps on its disk, apart from what its activities do."""
