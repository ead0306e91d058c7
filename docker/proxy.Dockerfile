# HAProxy in front of the replicas of compose.yaml, from Debian's own package.
ARG BASE=debian:trixie-slim

FROM ${BASE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends haproxy \
    && rm -rf /var/lib/apt/lists/*
COPY docker/proxy/haproxy.cfg docker/proxy/*.http /etc/haproxy/
COPY docker/proxy/healthcheck /usr/local/bin/healthcheck
# the service of compose.yaml whose containers are the replicas
ENV REPLICAS=backref
RUN haproxy -c -q -f /etc/haproxy/haproxy.cfg
USER 10001:10001
EXPOSE 8080
# finish what is in flight
STOPSIGNAL SIGUSR1
HEALTHCHECK --interval=2s --timeout=4s --start-period=10s --retries=3 CMD ["healthcheck"]
ENTRYPOINT ["haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"]
