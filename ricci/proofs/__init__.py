"""What is known of a result, and how: verified by numbers, proven equal, or wrong and in which way."""
