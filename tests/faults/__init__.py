"""What happens to clients when PostgreSQL, the service, a lock or a client's connection fails."""
