"""Everything that does I/O: models on disk, stores, engine sessions, meters."""
