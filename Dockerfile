# One image for both apps: `node apps/api/dist/main.js`, which also serves the page, or `node apps/worker/dist/main.js`.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json turbo.json tsconfig.json tsconfig.base.json tsconfig.tests.json vitest.provided.d.ts ./
COPY packages packages
COPY apps apps
COPY tools tools
COPY e2e e2e
COPY bench bench
# the page offers them
COPY examples examples
# the page is built with what is only there for that: before it is pruned
RUN npm ci --no-fund --no-audit && npx tsc -b && npm run build -w apps/web && npm prune --omit=dev --no-fund --no-audit

FROM node:24-slim
ENV NODE_ENV=production SAFELIGHT_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/apps apps
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
# signals reach node itself: a worker drains, an API finishes its requests
STOPSIGNAL SIGTERM
CMD ["node", "apps/api/dist/main.js"]
