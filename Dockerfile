# The service's image: the bundled programs and nothing else, as an ordinary user, without a package manager.
# A release pins the base, as .github/workflows/release.yml does: --build-arg NODE_DIGEST=@sha256:…, of the list for all platforms, from
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
# With the licenses of the packages and the bill of materials, sbom.cdx.json.
COPY --from=build /build/dist dist
ENV NODE_ENV=production
# The base image's user `node`, by number, so that Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
