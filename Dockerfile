# The service's image contains only the bundled programs, without a package manager, and runs them as an unprivileged user.
# For a release, .github/workflows/release.yml pins the base image with --build-arg NODE_DIGEST=@sha256:…
# This is the digest of the multi-platform manifest list, which the following command prints:
# docker buildx imagetools inspect node:24-bookworm-slim --format '{{.Manifest.Digest}}'
ARG NODE_VERSION=24
ARG NODE_DIGEST=

FROM node:${NODE_VERSION}-bookworm-slim${NODE_DIGEST} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY . .
RUN npm run build -- --programs-only

FROM node:${NODE_VERSION}-bookworm-slim${NODE_DIGEST}
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Genesys Guest BFF" \
      org.opencontainers.image.description="A backend-for-frontend between any website and Genesys Cloud web messaging" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN rm -rf /opt/yarn-* /usr/local/lib/node_modules \
    && cd /usr/local/bin && rm -f npm npx corepack yarn yarnpkg pnpm pnpx
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
# Includes the packages' licenses and the bill of materials, sbom.cdx.json.
COPY --from=build /build/dist dist
ENV NODE_ENV=production
# The base image's user `node`, by number, because Kubernetes cannot check by name that a user is not root.
USER 1000:1000
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
