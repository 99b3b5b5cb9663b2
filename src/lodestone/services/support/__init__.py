"""What every use case may lean on: it knows no subject. Others use `shared_commit`, `failures` and `tasks`."""
