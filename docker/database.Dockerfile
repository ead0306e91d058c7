# PostgreSQL for compose.yaml, from Debian's own packages, with the demo data at hand.
ARG BASE=debian:trixie-slim

FROM ${BASE}
# the package's own cluster is not wanted: database/start makes one in the volume
RUN mkdir -p /etc/postgresql-common/createcluster.d \
    && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/backref.conf \
    && apt-get update \
    && apt-get install -y --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o postgres -g postgres -m 0700 /data
COPY docker/database/start /usr/local/bin/start
COPY migrations/demo/demo.sql /usr/local/share/backref/demo.sql
USER postgres
VOLUME /data
EXPOSE 5432
# "fast" shutdown: sessions are ended, nothing is lost
STOPSIGNAL SIGINT
ENTRYPOINT ["start"]
