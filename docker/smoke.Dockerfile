# Smoke tests for compose.yaml: Python's standard library is all they need.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/*
COPY docker/smoke/smoke.py /usr/local/bin/smoke.py
USER 10001:10001
ENTRYPOINT ["python3", "/usr/local/bin/smoke.py"]
