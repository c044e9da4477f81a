import t from 'tap';
import { failureOfError, failureOfStatus } from '../../../src/sources/kube/api-failure.js';

t.test('failureOfStatus tells apart what is answered differently', async (t) => {
  const reasons: readonly (readonly [number, string])[] = [
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'missing'],
    [410, 'gone'],
    [429, 'busy'],
    [500, 'server'],
    [503, 'server'],
    [418, 'server'],
  ];
  for (const [code, reason] of reasons) t.equal(failureOfStatus(code, '').reason, reason);
  t.same(failureOfStatus(429, 'slow down', 2), {
    reason: 'busy',
    message: 'the API server answered 429 (slow down)',
    retryAfter: 2000,
  });
});

t.test('failureOfError tells TLS from the network', async (t) => {
  const withCode = (code: string): Error => Object.assign(new Error('words'), { code });
  for (const code of [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ]) {
    t.match(failureOfError(withCode(code)), {
      reason: 'tls',
      message: /check certificate-authority and server/,
    });
  }
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EHOSTUNREACH']) {
    t.match(failureOfError(withCode(code)), {
      reason: 'network',
      message: 'the API server cannot be reached (words)',
    });
  }
});
