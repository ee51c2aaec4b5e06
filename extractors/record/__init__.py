"""What a record is: its values, its schema, what readers yield, and what differs between two records."""
