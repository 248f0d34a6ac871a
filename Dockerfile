# The API in one image; `docker compose up` starts it with PostgreSQL.
FROM rust:1-trixie AS builder
WORKDIR /source
COPY . .
RUN cargo build --profile production --locked --bin fallbuch

FROM debian:trixie-slim
RUN groupadd --system --gid 10001 fallbuch \
    && useradd --system --uid 10001 --gid fallbuch --home-dir /var/lib/fallbuch --shell /usr/sbin/nologin fallbuch \
    && install --directory --owner=fallbuch --group=fallbuch --mode=0700 /var/lib/fallbuch
COPY LICENSE /usr/share/doc/fallbuch/LICENSE
COPY --from=builder /source/target/production/fallbuch /usr/local/bin/fallbuch

USER fallbuch
WORKDIR /var/lib/fallbuch
ENV FALLBUCH_DATA_DIR=/var/lib/fallbuch
# Keys, and the database where it is SQLite.
VOLUME /var/lib/fallbuch
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s CMD ["fallbuch", "health"]
ENTRYPOINT ["fallbuch"]
CMD ["serve"]
