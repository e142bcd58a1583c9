/** Folders whose tests need more than Node.js and this package; each is a project of its own. */
const FOLDERS = ['processes', 'redis', 'browser', 'engines']

const common = {
  testEnvironment: 'node',
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
    '^genesys-guest-bff/faults$': '<rootDir>/src/test-kit/faults/faults.ts',
    '^genesys-guest-bff/fixtures$': '<rootDir>/src/test-kit/fixtures/fixtures.ts',
  },
  setupFilesAfterEnv: ['<rootDir>/test/network.ts'],
  errorOnDeprecated: true,
}

const inFolders = FOLDERS.map((folder) => `<rootDir>/test/${folder}/`)

/**
 * `npm test` runs the project `quick`, `npm run test:all` all but `engines`. A file called `*.slow.test.ts` is in `slow`, what is in
 * one of the FOLDERS is in the project of that name, and every other file is in `quick`.
 */
export default {
  projects: [
    {
      ...common,
      displayName: 'quick',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.slow\\.test\\.ts$', ...inFolders],
    },
    {
      ...common,
      displayName: 'slow',
      testMatch: ['<rootDir>/test/**/*.slow.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...inFolders],
    },
    ...FOLDERS.map((folder) => ({
      ...common,
      displayName: folder,
      testMatch: [`<rootDir>/test/${folder}/**/*.test.ts`],
    })),
  ],
  // No test waits for time to pass; this ends what hangs, also on a machine that does much else. Jest reads it here only.
  testTimeout: 90_000,
  // Each test file leaves memory behind in its worker. Without this limit, a worker of the run with coverage once reached the heap limit
  // of 4 GB and crashed; with it, the largest worker has 1.7 GB.
  workerIdleMemoryLimit: '1.5GB',
  // With --coverage. Left out is what runs where nothing counts: the chat element and the pages in Chromium, and each program's first
  // file in a process of its own.
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/browser/{element,pages}/**',
    '!src/{service,simulator}/main.ts',
    '!src/stop-on-signal.ts',
    '!src/demo/**',
  ],
  coverageReporters: ['text-summary', 'json-summary'],
  coverageThreshold: { global: { lines: 92 } },
}
