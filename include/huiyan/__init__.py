"""Huiyan 慧眼: a pipeline and warehouse that watches a district's public money every day."""

__version__ = "0.1.0"
