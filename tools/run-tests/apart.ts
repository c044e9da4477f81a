import { spawnSync } from 'node:child_process';

/** What belongs to a network namespace beside the kernel's part: names of namespaces below it, and sockets of daemons. */
const folders = ['/run/netns', '/run/peerage'];

const prepare = [
  'ip link set lo up',
  ...folders.map((folder) => `mkdir -p ${folder} && mount -t tmpfs tmpfs ${folder}`),
  'exec "$@"',
].join(' && ');

/** The command line that runs a program in new network and mount namespaces, with a loopback that is up. */
export function apart(argv: readonly string[]): readonly string[] {
  return ['unshare', '--net', '--mount', '--', 'sh', '-c', prepare, 'sh', ...argv];
}

let answer: boolean | undefined;

/** Whether this process may make such namespaces. */
export function canStandApart(): boolean {
  if (answer === undefined) {
    const [program = '', ...args] = apart(['true']);
    answer = spawnSync(program, args, { stdio: 'ignore' }).status === 0;
  }
  return answer;
}
