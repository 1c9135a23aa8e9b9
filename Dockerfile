# Two images: `docker build --target api .` (with the page) and `docker build --target worker .`; docs/deploy.md.
# `npm run image:check` builds the same trees without an engine, and runs both apps from them.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json turbo.json tsconfig.json tsconfig.base.json tsconfig.tests.json vitest.provided.d.ts ./
COPY packages packages
COPY apps apps
COPY tools tools
COPY e2e e2e
COPY bench bench
# the page offers them
COPY examples examples
RUN npm ci --no-fund --no-audit && npx tsc -b && npm run build -w apps/web

# each with the packages that this app runs with, in the versions of the lock file, and a list of them: sbom.cdx.json
FROM build AS api-tree
RUN npm run -s image:tree -- api /app
FROM build AS worker-tree
RUN npm run -s image:tree -- worker /app

FROM node:24.21.0-bookworm-slim AS runtime
ENV NODE_ENV=production SAFELIGHT_DATA_DIR=/data
WORKDIR /app
# the only folder that is written to: everything else may be read-only
RUN mkdir /data && chown 1000:1000 /data
# `node`; as a number, so that whoever runs it can see that it is not root
USER 1000:1000
VOLUME /data
# signals reach node itself: a worker drains, an API finishes its requests
STOPSIGNAL SIGTERM

FROM runtime AS worker
COPY --from=worker-tree /app ./
ARG SAFELIGHT_COMMIT
ENV SAFELIGHT_COMMIT=${SAFELIGHT_COMMIT}
EXPOSE 9465
CMD ["node", "apps/worker/dist/main.js"]

# the last one is what a build without --target makes
FROM runtime AS api
COPY --from=api-tree /app ./
ARG SAFELIGHT_COMMIT
ENV SAFELIGHT_COMMIT=${SAFELIGHT_COMMIT}
EXPOSE 8080 9464
CMD ["node", "apps/api/dist/main.js"]
