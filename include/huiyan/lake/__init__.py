"""The warehouse's data as Parquet, and the rules' own SQL over it on DuckDB."""
