import { expect, test } from '@jest/globals'
import express from 'express'
import request from 'supertest'
import {
  addressKey,
  createProxyTrust,
  isNetwork,
  type TrustedProxies,
} from '../../src/service/middleware/client-address.ts'

/** The address for which limits count a request, if the proxy on this machine forwards these addresses. */
async function addressSeen(trusted: TrustedProxies, forwarded: string): Promise<string> {
  const app = express().set('trust proxy', createProxyTrust(trusted))
  app.get('/', (req, res) => void res.send(addressKey(req)))
  return (await request(app).get('/').set('X-Forwarded-For', forwarded)).text
}

test('without a trusted proxy, forwarded addresses are ignored', async () => {
  expect(await addressSeen(0, '203.0.113.7')).toBe('127.0.0.1')
})

test('if trusted proxies are given as a number, they are counted from the nearest proxy', async () => {
  expect(await addressSeen(1, '198.51.100.1, 203.0.113.7')).toBe('203.0.113.7')
  expect(await addressSeen(2, '198.51.100.1, 203.0.113.7')).toBe('198.51.100.1')
})

test('if trusted proxies are given as networks, the nearest address outside them is the client’s', async () => {
  const networks = ['127.0.0.0/8', '::1', '10.0.0.0/8', '2001:db8:ffff::/48']
  expect(await addressSeen(networks, '198.51.100.1, 203.0.113.7, 10.1.2.3')).toBe('203.0.113.7')
  expect(await addressSeen(networks, '203.0.113.7:4711, 10.1.2.3:80, [2001:db8:ffff::1]:443')).toBe(
    '203.0.113.7',
  )
  expect(await addressSeen(['192.0.2.0/24'], '203.0.113.7')).toBe('127.0.0.1')
})

test('an address is read without port and brackets, and an IPv6 address counts as its /64 network', async () => {
  expect(await addressSeen(1, '203.0.113.7:50123')).toBe('203.0.113.7')
  const key = await addressSeen(1, '2001:db8:1:2::1')
  expect(await addressSeen(1, '[2001:db8:1:2::9]:50123')).toBe(key)
  expect(await addressSeen(1, '::ffff:203.0.113.7')).toBe('203.0.113.7')
})

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8::1', '2001:db8::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['::1', '::/64'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['::203.0.113.7', '203.0.113.7'],
  ['64:ff9b::203.0.113.7', '64:ff9b::/64'],
])('the address %s counts as %s', async (address, key) => {
  expect(await addressSeen(1, address)).toBe(key)
})

test('all texts that are not addresses count as one client, so that invented ones cannot fill the memory', async () => {
  const unknown = await addressSeen(1, 'unknown')
  for (const text of ['_hidden', 'x'.repeat(10_000), '203.0.113.7.8', 'fe80::1%'])
    expect(await addressSeen(1, text)).toBe(unknown)
})

test.each([
  ['10.0.0.0/8', true],
  ['10.0.0.1', true],
  ['2001:db8::/32', true],
  ['10.0.0.0/33', false],
  ['proxy.example', false],
  ['10.0.0.0/8/8', false],
  ['', false],
])('%j is accepted as a trusted network: %s', (text, expected) => {
  expect(isNetwork(text)).toBe(expected)
})
