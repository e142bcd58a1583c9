# The service's image: what it needs at run time and nothing else, as an ordinary user, without a package manager.
ARG NODE_VERSION=24
ARG DEBIAN_RELEASE=bookworm

FROM node:${NODE_VERSION}-${DEBIAN_RELEASE}-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY . .
RUN npm run build

FROM node:${NODE_VERSION}-${DEBIAN_RELEASE}-slim AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# Source maps, types and texts of packages serve nobody at run time; their licences stay.
RUN npm ci --omit=dev --no-audit --no-fund --ignore-scripts \
    && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.md' \) -delete \
    && find node_modules -type d -empty -delete

FROM node:${NODE_VERSION}-${DEBIAN_RELEASE}-slim
RUN rm -rf /opt/yarn-* /usr/local/lib/node_modules \
    && cd /usr/local/bin && rm -f npm npx corepack yarn yarnpkg pnpm pnpx
WORKDIR /app
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/dist dist
ENV NODE_ENV=production
# The base image's user `node`, by number, so that Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
