import { existsSync, readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { SourceError } from '../source-error.js';

/** Which API server, and how to log in: a kubeconfig, an address, both (the address wins), or the pod's service account. */
export interface KubeAccess {
  readonly kubeconfig: string | null;
  readonly master: string | null;
}

const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** An API server and the credentials for it, read once; make a new one to read changed files. */
export class KubeConnection {
  readonly server: URL;
  readonly #config: KubeConfig;

  /** @throws SourceError when there is no usable configuration. */
  constructor(access: KubeAccess) {
    this.#config = loadKubeConfig(access);
    this.server = serverUrl(this.#config, access);
  }

  /**
   * Tries whether the files that the configuration names can be read.
   * @throws SourceError when one cannot
   */
  async check(access: KubeAccess): Promise<void> {
    try {
      await this.requestOptions();
    } catch (error) {
      // A login program that fails may work the next time; a file that is not there is a mistake.
      if (!(error instanceof Error && 'path' in error)) return;
      const place = access.kubeconfig === null ? 'the service account' : `--kubeconfig=${access.kubeconfig}`;
      throw new SourceError(
        `${place} names a file that cannot be read (${error.message}); correct the name, or make it readable`,
        { cause: error },
      );
    }
  }

  /** Options for `http.request` or `https.request`: certificates, headers, agent. Token files are read again each minute. */
  async requestOptions(): Promise<RequestOptions & { readonly agent?: Agent }> {
    const options: RequestOptions = { headers: {} };
    await this.#config.applyToHTTPSOptions(options);
    const { headers, agent, auth } = options;
    return {
      ...(headers === undefined ? {} : { headers: withTrimmedToken(headers) }),
      ...(agent === undefined || typeof agent === 'boolean' ? {} : { agent }),
      ...(auth == null ? {} : { auth }),
    };
  }
}

/** A token file often ends in a newline, which a header must not have. */
function withTrimmedToken(
  headers: NonNullable<RequestOptions['headers']>,
): NonNullable<RequestOptions['headers']> {
  const { Authorization: token } = headers as Readonly<Record<string, unknown>>;
  return typeof token === 'string' ? { ...headers, Authorization: token.trim() } : headers;
}

function loadKubeConfig({ kubeconfig, master }: KubeAccess): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig !== null) loadFile(config, kubeconfig);
  else if (master !== null) {
    config.loadFromClusterAndUser(
      { name: 'master', server: master, skipTLSVerify: false },
      { name: 'anonymous' },
    );
  } else loadServiceAccount(config);
  const cluster = config.getCurrentCluster();
  if (cluster === null) return config;
  const server = master ?? cluster.server;
  // The client library refuses plain HTTP unless TLS checks are off; there is no TLS to check then.
  const skipTLSVerify = cluster.skipTLSVerify || server.startsWith('http:');
  config.loadFromOptions({
    clusters: [{ ...cluster, server, skipTLSVerify }],
    users: config.getUsers(),
    contexts: config.getContexts(),
    currentContext: config.getCurrentContext(),
  });
  return config;
}

function loadFile(config: KubeConfig, path: string): void {
  const place = `--kubeconfig=${path}`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new SourceError(
      `${place} cannot be read (${reasonOf(error)}); name a kubeconfig file, or use --manifests=FOLDER`,
      { cause: error },
    );
  }
  try {
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(resolve(path)));
    addTokenFiles(config, text, dirname(resolve(path)));
  } catch (error) {
    throw new SourceError(`${place} is not a kubeconfig (${reasonOf(error)}); make one with kubectl config`, {
      cause: error,
    });
  }
  const name = config.getCurrentContext();
  const context = config.getContextObject(name);
  if (context === null) {
    throw new SourceError(
      `${place} must have its current-context among its contexts, got ${JSON.stringify(name ?? '')}; set one with kubectl config use-context`,
    );
  }
  if (config.getCluster(context.cluster) === null) {
    throw new SourceError(
      `${place}: context ${name} names the cluster ${JSON.stringify(context.cluster)}, which is not in the file; add it`,
    );
  }
  if (config.getUser(context.user) === null) {
    throw new SourceError(
      `${place}: context ${name} names the user ${JSON.stringify(context.user)}, which is not in the file; add it`,
    );
  }
}

/** The client library does not read `tokenFile` of a user; its own form for service accounts means the same. */
function addTokenFiles(config: KubeConfig, text: string, directory: string): void {
  const { users } = parse(text) as {
    readonly users?: readonly { readonly name?: string; readonly user?: { readonly tokenFile?: string } }[];
  };
  for (const entry of users ?? []) {
    const tokenFile = entry.user?.tokenFile;
    const user = config.getUsers().find(({ name }) => name === entry.name);
    if (user === undefined || typeof tokenFile !== 'string') continue;
    Object.assign(user, {
      authProvider: { name: 'tokenFile', config: { tokenFile: resolve(directory, tokenFile) } },
    });
  }
}

function loadServiceAccount(config: KubeConfig): void {
  if (!process.env.KUBERNETES_SERVICE_HOST || !existsSync(TOKEN_FILE)) {
    throw new SourceError(
      'there is no cluster to read: this is not a pod with a service account, and none of --kubeconfig=FILE, --master=URL and --manifests=FOLDER is given',
    );
  }
  config.loadFromCluster();
}

function serverUrl(config: KubeConfig, { kubeconfig, master }: KubeAccess): URL {
  const server = config.getCurrentCluster()?.server ?? '';
  const place =
    master !== null
      ? '--master'
      : kubeconfig !== null
        ? `--kubeconfig=${kubeconfig}: server`
        : 'KUBERNETES_SERVICE_HOST';
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new SourceError(
      `${place} must be a URL such as https://192.0.2.1:6443, got ${JSON.stringify(server)}`,
    );
  }
  return new URL(server);
}

function reasonOf(error: unknown): string {
  // A YAML error quotes the lines around it, which may hold a token: only its first line is told.
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
