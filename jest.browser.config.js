import unit from './jest.config.js'

/** What `npm run test:browser` runs: the demo page and the browser client in Debian's Chromium. */
export default {
  ...unit,
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
}
