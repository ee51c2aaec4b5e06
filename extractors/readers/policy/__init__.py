"""What a coverage policy says of itself."""
