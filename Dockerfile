# Two images from one file: `app`, one instance of the service, and `lab`, which measures it.
FROM node:22-slim AS base
WORKDIR /srv/lab

# Apart from the sources, so that a changed source does not install everything again.
FROM base AS dependencies
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund

FROM dependencies AS build
COPY tsconfig.json ./
COPY src ./src
COPY bench ./bench
RUN npm run build

FROM base AS production-dependencies
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

# Root owns the files and node runs them: a hijacked process cannot change its own code.
FROM base AS app
ENV NODE_ENV=production
COPY --from=production-dependencies /srv/lab/node_modules ./node_modules
COPY package.json ./
COPY --from=build /srv/lab/dist/src ./dist/src
USER node
EXPOSE 3000
# Node itself, not npm: npm does not pass SIGTERM on in time for the drain.
CMD ["node", "--enable-source-maps", "dist/src/main.js"]

# NODE_ENV stays unset: seeding, which empties tables, refuses to run in production.
FROM base AS lab
COPY --from=dependencies /srv/lab/node_modules ./node_modules
COPY package.json ./
COPY --from=build /srv/lab/dist ./dist
USER node
ENTRYPOINT ["node", "--enable-source-maps", "dist/bench/cli/main.js"]
CMD ["help"]
