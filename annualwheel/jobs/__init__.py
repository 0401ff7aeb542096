"""Work without a request: the queue, its tasks, and what happens each minute."""
