import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../free-port.js';
import { commandPath } from '../machine.js';
import { ServerProcess } from '../server-process.js';
import { type Certificates, makeCertificates } from './certificates.js';

/** What {@link startApiServer} can be told. */
export interface ApiServerOptions {
  /** Where keys, data and logs go. What an earlier start left there is served again. */
  readonly folder: string;
  /** The kube-apiserver program. Default: the environment variable `KUBE_APISERVER`. */
  readonly program?: string;
  /** Range of cluster IPs; two of them, with a comma, for dual stack. Default `10.64.0.0/16`. */
  readonly serviceCidr?: string;
  /** More flags of kube-apiserver, as `--name=value`. */
  readonly flags?: readonly string[];
  /** More flags of etcd. */
  readonly etcdFlags?: readonly string[];
  /** How long to wait until it is ready, in milliseconds. Default 60,000; about 9,000 is usual. */
  readonly timeout?: number;
}

/** An answer of the API server: the HTTP status, and the body as text. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/** A running etcd and kube-apiserver on loopback ports, RBAC on. */
export interface ApiServer {
  /** `https://127.0.0.1:PORT`; the port stays the same over {@link ApiServer.start}. */
  readonly url: string;
  /** URL of etcd, without TLS: to compact its history, for example. */
  readonly etcdUrl: string;
  /** File with the rights of `system:masters`. */
  readonly kubeconfig: string;
  readonly certificates: Certificates;
  /** One request as admin; gives any status back, rejects when there is no answer. `body` is sent as JSON. */
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  /** Ends kube-apiserver with SIGKILL: the kernel closes its connections. etcd stays. */
  kill(): Promise<void>;
  /** SIGSTOP: it stays connected and says nothing, like a host that is gone without a FIN. */
  pause(): void;
  resume(): void;
  /** Starts kube-apiserver again after {@link ApiServer.kill}, on the same port, and waits until it is ready. */
  start(): Promise<void>;
  /** Ends both for good. May be called twice. */
  stop(): Promise<void>;
}

function programOf(given: string | undefined): string {
  const program = given ?? process.env.KUBE_APISERVER;
  if (program !== undefined && program !== '') return program;
  throw new Error(
    'no kube-apiserver: set KUBE_APISERVER, and guard the test with needs("KUBE_APISERVER", "command:etcd")',
  );
}

function writeKubeconfig(file: string, url: string, { ca, admin, adminKey }: Certificates): void {
  // JSON is YAML
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': ca } }],
    users: [{ name: 'admin', user: { 'client-certificate': admin, 'client-key': adminKey } }],
  };
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

function callAs(
  certificates: Certificates,
  url: string,
  method: string,
  path: string,
  body: unknown,
): Promise<ApiAnswer> {
  const tls = {
    ca: readFileSync(certificates.ca),
    cert: readFileSync(certificates.admin),
    key: readFileSync(certificates.adminKey),
  };
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const call = request(
      new URL(path, url),
      { ...tls, method, headers, agent: false, timeout: 10_000 },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
      },
    );
    call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer from ${url} within 10 s`)));
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/**
 * Starts etcd and the kube-apiserver that `KUBE_APISERVER` names, and resolves when `/readyz` says so. Needs the
 * programs `etcd` and `openssl`, not root. The caller stops it: `t.teardown(() => server.stop())`.
 *
 * @throws when a program is missing or ends early, or is not ready in time, with the end of its log
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { folder, serviceCidr = '10.64.0.0/16', flags = [], etcdFlags = [], timeout = 60_000 } = options;
  const program = programOf(options.program);
  const etcdProgram = commandPath('etcd');
  if (etcdProgram === undefined) throw new Error('no program etcd: apt-get install etcd-server');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const certificates = await makeCertificates(folder);
  const [clientPort, peerPort, port] = await freePorts(3);
  const url = `https://127.0.0.1:${port}`;
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, url, certificates);

  const etcd = new ServerProcess(
    etcdProgram,
    [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      // the data are for one test: speed before safety
      '--unsafe-no-fsync',
      ...etcdFlags,
    ],
    join(folder, 'etcd.log'),
  );
  const launch = () =>
    new ServerProcess(
      program,
      [
        `--etcd-servers=${etcdUrl}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${port}`,
        '--endpoint-reconciler-type=none',
        `--service-cluster-ip-range=${serviceCidr}`,
        '--allow-privileged=true',
        '--authorization-mode=Node,RBAC',
        `--client-ca-file=${certificates.ca}`,
        `--tls-cert-file=${certificates.server}`,
        `--tls-private-key-file=${certificates.serverKey}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${certificates.accountKey}`,
        `--service-account-signing-key-file=${certificates.accountKey}`,
        '--disable-admission-plugins=ServiceAccount',
        ...flags,
      ],
      join(folder, 'apiserver.log'),
    );

  let server = launch();
  const call = (method: string, path: string, body?: unknown) =>
    callAs(certificates, url, method, path, body);
  const stop = async () => {
    await server.stop();
    await etcd.stop();
  };
  const ready = async () => {
    const deadline = performance.now() + timeout;
    for (;;) {
      const answer = await call('GET', '/readyz').catch(() => undefined);
      if (answer?.status === 200) return;
      const ended = [etcd, server].find((one) => one.ended);
      if (ended === undefined && performance.now() < deadline) {
        await sleep(100);
        continue;
      }
      await stop();
      throw new Error(ended?.describe() ?? `not ready after ${timeout} ms: ${server.describe()}`);
    }
  };
  await ready();
  return {
    url,
    etcdUrl,
    kubeconfig,
    certificates,
    call,
    kill: async () => {
      server.signal('SIGKILL');
      await server.stop();
    },
    pause: () => void server.signal('SIGSTOP'),
    resume: () => void server.signal('SIGCONT'),
    start: async () => {
      await server.stop();
      server = launch();
      await ready();
    },
    stop,
  };
}
