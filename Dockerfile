# planwatch as a static binary, with its health check and licences: no shell, no
# user but 65532, nothing to write to but what is mounted.
FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=unknown
ARG REVISION=unknown
# The embedded engine over CSV files stays out: this is the production binary.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X github.com/prometheus/common/version.Version=${VERSION} -X github.com/prometheus/common/version.Revision=${REVISION}" \
      -o /out/bin/planwatch ./cmd/planwatch && \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w" -o /out/bin/healthcheck ./deploy/healthcheck && \
    mkdir -p /data /out/etc/ssl/certs && \
    cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ && \
    echo 'planwatch:x:65532:65532::/data:/bin/planwatch' > /out/etc/passwd

FROM scratch
COPY --from=build /out /
COPY LICENSE NOTICE /licenses/
COPY --from=build --chown=65532:65532 /data /data
# A volume for `planwatch backfill` that begins here is that of Prometheus' user.
COPY --from=build --chown=65534:65534 /data /prometheus
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 9846
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/bin/healthcheck", "http://127.0.0.1:9846/-/ready"]
ENTRYPOINT ["/bin/planwatch"]
CMD ["serve", "--storage.path=/data"]
