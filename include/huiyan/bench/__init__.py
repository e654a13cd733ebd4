"""The benchmark: a district-year through the whole path, as ratios to yardsticks on one machine."""
