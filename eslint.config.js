import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import globals from 'globals'
import ts from 'typescript-eslint'

const ZOD_BY_NAME = {
  selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier[imported.name='z']",
  message: "`import * as z from 'zod'` bundles what is used.",
}
const LONG_TEST_TITLE = {
  selector:
    'CallExpression:matches([callee.name=/^(test|describe)$/], [callee.callee.object.name=/^(test|describe)$/]) > Literal:first-child[value=/.{101,}/]',
  message: 'A title has at most 100 characters.',
}

export default ts.config(
  {
    ignores: [
      'dist/',
      '.dist-*/',
      'coverage/',
      'node_modules/',
      'test-output/',
      'examples/**/dist/',
      'src/browser/framework-types/',
      'test/framework-types/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': ['error', ZOD_BY_NAME],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['test/**', 'scripts/**', 'load/**', 'examples/**'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['test/**'], rules: { 'no-restricted-syntax': ['error', ZOD_BY_NAME, LONG_TEST_TITLE] } },
  {
    files: ['src/**'],
    rules: { 'max-lines-per-function': ['error', 120] },
  },
  // Their own tsconfig.json is for projects that have the framework.
  {
    files: ['examples/**/*.ts'],
    languageOptions: {
      parserOptions: { projectService: false, project: './test/examples/tsconfig.json' },
    },
  },
  { files: ['src/service/**'], rules: { 'max-lines': ['error', 350] } },
  { files: ['src/browser/**', 'examples/**'], languageOptions: { globals: globals.browser } },
  // The element reports invalid attributes in the console.
  { files: ['src/browser/element/**'], rules: { 'no-console': ['error', { allow: ['warn'] }] } },
  { files: ['**/*.js', '**/*.mjs'], extends: [ts.configs.disableTypeChecked] },
  prettier,
)
