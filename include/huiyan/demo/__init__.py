"""The made-up district: generator, truth, score."""
