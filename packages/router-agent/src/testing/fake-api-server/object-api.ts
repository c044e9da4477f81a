import { isDeepStrictEqual } from 'node:util';
import type { ApiPath } from './api-path.js';
import type { KubeMeta, KubeObject, ObjectLog } from './object-log.js';

/** Collections that the server has, by `apiVersion/plural`. */
const KINDS: Readonly<Record<string, string>> = {
  'v1/namespaces': 'Namespace',
  'v1/nodes': 'Node',
  'v1/services': 'Service',
  'v1/endpoints': 'Endpoints',
  'v1/events': 'Event',
  'discovery.k8s.io/v1/endpointslices': 'EndpointSlice',
  'discovery.k8s.io/v1beta1/endpointslices': 'EndpointSlice',
};

/** Kinds whose status is written through `/status` only; a Node may bring its first one along. */
const STATUS_APART = new Set(['Service', 'Node']);

/** What a request is answered with. */
export interface ApiAnswer {
  readonly status: number;
  /** JSON, or text as it is. */
  readonly body: unknown;
}

/** A `Status` object, as the API server says that something failed. */
export function statusAnswer(code: number, message: string, reason = ''): ApiAnswer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
  };
}

/** What the API server's router says to a path that it does not have. */
export const PAGE_NOT_FOUND: ApiAnswer = { status: 404, body: '404 page not found\n' };

/** The kind of a collection; null when the server has no such collection. */
export function kindOf(path: ApiPath): string | null {
  return KINDS[`${path.apiVersion}/${path.plural}`] ?? null;
}

/** Objects are sent with kind and apiVersion, but for those in a list. */
export function typed(object: KubeObject, path: ApiPath, kind: string): KubeObject {
  return { kind, apiVersion: path.apiVersion, ...object };
}

/** Lists, reads and writes objects as the API server does; watches are elsewhere. */
export class ObjectApi {
  readonly #log: ObjectLog;

  constructor(log: ObjectLog) {
    this.#log = log;
  }

  answer(verb: string, path: ApiPath, kind: string, query: URLSearchParams, body: string): ApiAnswer {
    if (verb === 'list') return this.#list(path, kind, query);
    if (verb === 'create') return this.#create(path, kind, JSON.parse(body) as KubeObject);
    const before = this.#log.get(path.plural, keyOf(path.namespace, path.name ?? ''));
    if (before === null) return statusAnswer(404, `${path.plural} "${path.name}" not found`, 'NotFound');
    if (verb === 'get') return { status: 200, body: typed(before, path, kind) };
    if (verb === 'update') return this.#update(path, kind, before, JSON.parse(body) as KubeObject);
    if (verb === 'patch')
      return this.#update(path, kind, before, merged(before, JSON.parse(body)) as KubeObject);
    if (verb !== 'delete') return statusAnswer(405, `${verb} is not supported`, 'MethodNotAllowed');
    this.#log.delete(path.plural, keyOf(path.namespace, path.name ?? ''));
    return { status: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } };
  }

  #list(path: ApiPath, kind: string, query: URLSearchParams): ApiAnswer {
    const limit = Number(query.get('limit') ?? '0') || Number.POSITIVE_INFINITY;
    const token = query.get('continue');
    const from = token === null ? { revision: this.#log.revision, after: '' } : parseToken(token);
    const all = this.#log.listAt(path.plural, from.revision);
    if (all === null) {
      const message = 'The provided continue parameter is too old to display a consistent list result.';
      return statusAnswer(410, message, 'Expired');
    }
    const rest = all.filter(([key]) => key > from.after && inNamespace(key, path.namespace));
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const more = rest.length - page.length;
    const metadata = {
      resourceVersion: String(from.revision),
      ...(more > 0 && last !== undefined
        ? { continue: makeToken(from.revision, last[0]), remainingItemCount: more }
        : {}),
    };
    return {
      status: 200,
      body: {
        kind: `${kind}List`,
        apiVersion: path.apiVersion,
        metadata,
        items: page.map(([, object]) => object),
      },
    };
  }

  #create(path: ApiPath, kind: string, object: KubeObject): ApiAnswer {
    const key = keyOf(path.namespace, object.metadata.name);
    if (this.#log.get(path.plural, key) !== null) {
      return statusAnswer(409, `${path.plural} "${object.metadata.name}" already exists`, 'AlreadyExists');
    }
    const { status, apiVersion: _version, kind: _kind, ...rest } = object;
    const withStatus =
      kind === 'Service'
        ? { ...rest, status: { loadBalancer: {} } }
        : { ...rest, ...(status === undefined ? {} : { status }) };
    const meta: KubeMeta = {
      ...object.metadata,
      uid: crypto.randomUUID(),
      creationTimestamp: new Date().toISOString(),
      ...(path.namespace === null ? {} : { namespace: path.namespace }),
    };
    const stored = this.#log.put(path.plural, key, { ...withStatus, metadata: meta });
    return { status: 201, body: typed(stored, path, kind) };
  }

  #update(path: ApiPath, kind: string, before: KubeObject, object: KubeObject): ApiAnswer {
    const given = object.metadata.resourceVersion;
    if (given !== undefined && given !== before.metadata.resourceVersion) {
      const message = `Operation cannot be fulfilled on ${path.plural} "${path.name}": the object has been modified`;
      return statusAnswer(409, message, 'Conflict');
    }
    const { apiVersion: _version, kind: _kind, ...rest } = object;
    const metadata = { ...before.metadata, ...object.metadata };
    const merged =
      path.subresource === 'status'
        ? { ...before, status: object.status }
        : { ...rest, metadata, ...(STATUS_APART.has(kind) ? { status: before.status } : {}) };
    const { resourceVersion: _given, ...meta } = merged.metadata;
    const { resourceVersion: _before, ...metaBefore } = before.metadata;
    // A write that changes nothing makes no event.
    const same = isDeepStrictEqual({ ...merged, metadata: meta }, { ...before, metadata: metaBefore });
    const stored = same ? before : this.#log.put(path.plural, keyOf(path.namespace, path.name ?? ''), merged);
    return { status: 200, body: typed(stored, path, kind) };
  }
}

/** A JSON merge patch (RFC 7396) applied. */
function merged(before: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const after: Record<string, unknown> = isRecord(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete after[key];
    else after[key] = merged(after[key], value);
  }
  return after;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keyOf(namespace: string | null, name: string): string {
  return namespace === null ? name : `${namespace}/${name}`;
}

function inNamespace(key: string, namespace: string | null): boolean {
  return namespace === null || key.startsWith(`${namespace}/`);
}

function makeToken(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', revision, after })).toString('base64url');
}

function parseToken(token: string): { readonly revision: number; readonly after: string } {
  return JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { revision: number; after: string };
}
