"""Whether an output folder keeps its promises, told from its files alone; what wrote them is not asked."""
