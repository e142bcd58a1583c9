/** What `npm test` runs: everything that needs Node.js and nothing else. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/browser/',
    '<rootDir>/test/processes/',
    '<rootDir>/test/redis/',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  // Examples in the documentation import this package as their readers would.
  moduleNameMapper: {
    '^genesys-guest-bff$': '<rootDir>/src/index.ts',
    '^genesys-guest-bff/faults$': '<rootDir>/src/faults/faults.ts',
    '^genesys-guest-bff/fixtures$': '<rootDir>/src/fixtures/fixtures.ts',
  },
  setupFilesAfterEnv: ['<rootDir>/test/network.ts'],
  // No test waits for time to pass; this ends what hangs, also on a machine that does much else.
  testTimeout: 30_000,
  errorOnDeprecated: true,
}
