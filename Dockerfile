# The server in a container. Build: docker build -t service-line .
#
# Run: docker run --env-file .env -p 3000:3000 --stop-timeout 1020 service-line
#   --stop-timeout: calls in progress are let end before the process does; a call lasts 15 minutes at most.
# Without the vendors' keys, look around with the sandbox:
#   docker run -e NODE_ENV=development -p 3000:3000 -v service-line-data:/data service-line

# The version of .nvmrc; a test compares the two.
ARG NODE_VERSION=26.10.0

FROM node:${NODE_VERSION}-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are Node itself, for machines that do not have it. The image has.
RUN npm ci --omit=dev --omit=optional

FROM node:${NODE_VERSION}-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
# Only for the embedded database; with DATABASE_URL nothing is ever written to disk.
RUN mkdir --mode=700 /data && chown node:node /data
VOLUME /data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
# Owned by root and run as node: the process cannot change its own code.
COPY package.json ./
COPY drizzle ./drizzle
COPY scripts ./scripts
COPY src ./src
USER node
EXPOSE 3000
# Whether it lives, not whether it takes calls: a process that drains, or is full, must not be replaced under its callers.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live', { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node itself and no shell or npm in front of it: the signal to stop must reach the process that has the calls.
CMD ["node", "src/main.ts"]
