import { expect, test } from '@jest/globals'
import { withoutSecrets } from '../../src/doctor/secrets.ts'
import { readConfig } from '../../src/service/settings/read-config.ts'

const SENTENCE = 'The client secret is wrong: compare GENESYS_CLIENT_SECRET.'

function configWith(clientSecret: string) {
  return readConfig({
    ALLOWED_ORIGINS: 'https://www.example.com',
    GENESYS_REGION: 'mypurecloud.ie',
    GENESYS_DEPLOYMENT_ID: '3f6b1f9a-7c35-4c6e-9f0a-2f9a5f6e0c11',
    GENESYS_CLIENT_ID: '3f6b1f9a-7c35-4c6e-9f0a-2f9a5f6e0c12',
    GENESYS_CLIENT_SECRET: clientSecret,
    NODE_ENV: 'development',
  })
}

test.each(['secret', 'SECRET', 'client', 'wrong'])(
  'the doctor’s sentences stay readable if the client secret is the ordinary word "%s"',
  (word) => {
    expect(withoutSecrets(SENTENCE, configWith(word))).toBe(SENTENCE)
  },
)

test.each(['s3cret', 'x7Kq', 'aZfQlmPwErtyUiopAsdfGhjkl'])('the client secret %s is hidden', (secret) => {
  expect(withoutSecrets(`Genesys says: ${secret} is wrong`, configWith(secret))).toBe(
    'Genesys says: [secret] is wrong',
  )
})
