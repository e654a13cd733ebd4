"""What bodies send back: whose it is, what it means, what it changes."""
