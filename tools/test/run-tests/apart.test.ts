import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { apart, canStandApart } from '../../run-tests/apart.js';

t.test('a program that stands apart has a network of its own, with a loopback', needs('root'), async (t) => {
  t.ok(canStandApart());
  const look =
    'readlink /proc/self/ns/net; ls /run/netns; ping -c 1 -W 2 127.0.0.1 > /dev/null && echo up; exit 7';
  const [program = '', ...args] = apart(['sh', '-c', look]);
  const { stdout, status } = spawnSync(program, args, { encoding: 'utf8' });
  const [namespace, ...rest] = stdout.trim().split('\n');
  t.not(namespace, readlinkSync('/proc/self/ns/net'));
  t.same(rest, ['up'], 'no namespace of others is seen');
  t.equal(status, 7, 'its status is passed on');
});
