import unit from './jest.config.js'

/** What `npm run test:processes` runs: the built service in processes of its own, behind nginx where there is one. */
export default {
  ...unit,
  testMatch: ['<rootDir>/test/processes/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
}
