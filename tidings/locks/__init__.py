"""Long processes, their leases, and which group each of them uses or writes."""
