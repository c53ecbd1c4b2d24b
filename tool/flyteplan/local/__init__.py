"""The embedded catalog: tasks, triggers and runs in one SQLite file, with a server's semantics and no server."""
