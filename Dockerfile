# convexport alone: the program without any library, the CA certificates that it trusts, and two folders to write to.
#
#   docker build --tag convexport .

FROM rust:1-alpine AS build
RUN apk add --no-cache ca-certificates musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src src
# On Alpine a program is static without being asked for it.
RUN cargo build --release --locked
RUN mkdir -p /image/etc/ssl/certs /image/data /image/tmp \
    && chmod 1777 /image/data /image/tmp \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && cp target/release/convexport /image/

FROM scratch
COPY --from=build --chown=65532:65532 /image /
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["/convexport"]
