"""The daily operations brief: what a business date came to, for the data engineers."""
