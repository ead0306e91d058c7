# The suites that speak HTTP to a service that is there already, for compose.yaml's profile `test`.
ARG BASE=debian:trixie-slim

FROM ${BASE}
COPY docker/local/packages.sh /usr/local/bin/
RUN packages.sh suites && rm -rf /var/lib/apt/lists/*
WORKDIR /backref
COPY openapi.yaml ./
COPY service service
COPY migrations migrations
COPY docker/tests docker/tests
COPY tests tests
USER 10001:10001
ENTRYPOINT ["docker/tests/start"]
