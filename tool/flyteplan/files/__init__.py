"""The edge to the file system: the one place below the command line that opens files."""
