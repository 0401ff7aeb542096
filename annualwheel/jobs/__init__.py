"""Work that goes on without a request: the queue, its tasks, and what happens by itself."""
