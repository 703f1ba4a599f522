FROM rust:1.95-bookworm AS build
# OpenSSL's headers are for libpq's TLS; a C compiler is in the image.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libssl-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --features postgres-tls \
 && install -D target/release/kepu /out/kepu

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl libssl3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/kepu --create-home kepu
COPY --from=build /out/kepu /usr/local/bin/kepu
USER kepu
WORKDIR /var/lib/kepu
ENV KEPU_BIND=0.0.0.0:8080 KEPU_DATA_DIR=/var/lib/kepu
VOLUME /var/lib/kepu
EXPOSE 8080
# /readyz answers 200 from the first snapshot until shutdown begins.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["kepu"]
CMD ["serve"]
