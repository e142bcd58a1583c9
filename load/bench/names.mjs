/** The name of each server in the report, the chart and the bounds. */
export const NAMES = {
  ours: 'this service',
  defaults: 'this service, default settings',
  fastifySameWork: 'Fastify, same work',
  usualPackages: 'the usual Express packages, same work',
  seed: 'the tutorial: Express, axios with defaults',
  httpProxyMiddleware: 'Express, http-proxy-middleware',
  fastifyProxy: 'Fastify, @fastify/http-proxy',
  raw: 'node:http alone (the limit in JavaScript)',
  nginx: 'nginx (native)',
}
