import unit from './jest.config.js'

/**
 * What `npm run test:coverage` runs: the tests of `npm test`, which also count the lines that they reach. Left out is what other tests
 * run where nothing can count: the chat element and the pages in Chromium, and each program's first file in a process of its own.
 */
export default {
  ...unit,
  collectCoverage: true,
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/browser/{element,demo,docs}/**',
    '!src/browser/guest-chat-element.ts',
    '!src/{main,run-simulator,stop-on-signal}.ts',
    '!src/demo/**',
  ],
  coverageReporters: ['text-summary', 'json-summary'],
  coverageThreshold: { global: { lines: 92 } },
}
