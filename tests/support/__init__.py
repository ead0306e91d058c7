"""What the Python test suites share: a throwaway PostgreSQL, the service as a child process,
an HTTP client that lints every answer, and the default model as data."""
