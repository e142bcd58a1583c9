import unit from './jest.config.js'

/** What `npm run test:redis` runs: replicas and a redis-server that each test starts. */
export default {
  ...unit,
  testMatch: ['<rootDir>/test/redis/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
}
