"""Values and pure functions: what the program knows, without any I/O."""
