import type { Kind } from '../../model/cluster.js';
import type { ClusterStore } from '../cluster-store.js';
import type { SourcePorts, SourceTimer } from '../source-ports.js';
import type { ApiClient } from './api-client.js';
import {
  type ApiFailure,
  ApiRequestError,
  failureOfError,
  failureOfStatus,
  malformed,
} from './api-failure.js';
import { KindWriter } from './kind-writer.js';
import { KUBE_RESOURCES, type KubeResource, resourcePath } from './kube-resource.js';
import {
  INITIAL_WATCH_STATE,
  stepWatch,
  type WatchAction,
  type WatchEvent,
  type WatchOptions,
  type WatchReport,
  type WatchState,
  type WatchTimer,
} from './watch-machine.js';

/** How long the server may keep one watch, in seconds; with jitter, so that not all nodes come back at once. */
const WATCH_SECONDS = 600;

/** Interprets the watch machine of one kind: requests, timers, and what goes into the store. Decides nothing. */
export class KindWatcher {
  readonly #client: ApiClient;
  readonly #ports: SourcePorts;
  readonly #options: WatchOptions;
  readonly #resources: readonly KubeResource[];
  readonly #writer: KindWriter;
  readonly #reported: (report: WatchReport, resource: KubeResource) => void;
  readonly #contacted: () => void;
  readonly #timers = new Map<WatchTimer, SourceTimer>();
  #request: AbortController | null = null;
  #state: WatchState = INITIAL_WATCH_STATE;

  constructor(
    kind: Kind,
    parts: {
      readonly client: ApiClient;
      readonly store: ClusterStore;
      readonly ports: SourcePorts;
      readonly options: Omit<WatchOptions, 'variants'>;
      readonly reported: (report: WatchReport, resource: KubeResource) => void;
      readonly contacted: () => void;
    },
  ) {
    this.#client = parts.client;
    this.#ports = parts.ports;
    this.#resources = KUBE_RESOURCES[kind];
    this.#options = { ...parts.options, variants: this.#resources.length };
    this.#writer = new KindWriter(kind, parts.store);
    this.#reported = parts.reported;
    this.#contacted = parts.contacted;
  }

  start(): void {
    this.#step({ type: 'start' });
  }

  stop(): void {
    this.#step({ type: 'stop' });
  }

  #step(event: WatchEvent): void {
    const { state, actions } = stepWatch(this.#state, event, this.#options);
    this.#state = state;
    for (const action of actions) this.#perform(action);
  }

  #perform(action: WatchAction): void {
    switch (action.type) {
      case 'list':
        this.#list(this.#resource(action.variant), action.continueToken, action.limit);
        break;
      case 'watch':
        this.#watch(this.#resource(action.variant), action.resourceVersion);
        break;
      case 'cancel-request':
        this.#request?.abort();
        this.#request = null;
        break;
      case 'set-timer':
        this.#setTimer(
          action.timer,
          action.milliseconds * (action.jitter ? 0.5 + this.#ports.random.next() / 2 : 1),
        );
        break;
      case 'clear-timer':
        this.#clearTimer(action.timer);
        break;
      case 'replace':
        this.#writer.replace(this.#resource(action.variant).rawKind, action.items);
        break;
      case 'put':
        this.#writer.put(this.#resource(action.variant).rawKind, action.object);
        break;
      case 'delete':
        this.#writer.remove(this.#resource(action.variant).rawKind, action.object);
        break;
      case 'report': {
        const variant = action.report.state === 'degraded' ? action.report.variant : this.#state.variant;
        this.#reported(action.report, this.#resource(variant));
        break;
      }
    }
  }

  #resource(variant: number): KubeResource {
    const resource = this.#resources[variant];
    if (resource === undefined) throw new RangeError(`there is no collection ${variant}`);
    return resource;
  }

  #list(resource: KubeResource, continueToken: string | null, limit: number | null): void {
    const query = new URLSearchParams();
    if (limit !== null) query.set('limit', String(limit));
    if (continueToken !== null) query.set('continue', continueToken);
    this.#send(async (signal) => {
      const answer = await this.#client.get(`${resourcePath(resource)}?${query}`, signal);
      return pageOf(answer);
    });
  }

  #watch(resource: KubeResource, resourceVersion: string): void {
    const timeoutSeconds = Math.floor(WATCH_SECONDS * (0.5 + this.#ports.random.next() / 2));
    const query = new URLSearchParams({
      watch: '1',
      resourceVersion,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(timeoutSeconds),
    });
    this.#send(async (signal) => {
      const tell = (event: WatchEvent): void => {
        if (signal.aborted) return;
        this.#contacted();
        this.#step(event);
      };
      await this.#client.stream(
        `${resourcePath(resource)}?${query}`,
        signal,
        () => tell({ type: 'watch-opened' }),
        (line) => tell(watchEventOf(line)),
      );
      return { type: 'watch-closed' };
    });
  }

  /** One request is under way at a time; what an aborted one still says is not heard. */
  #send(work: (signal: AbortSignal) => Promise<WatchEvent>): void {
    const request = new AbortController();
    this.#request?.abort();
    this.#request = request;
    work(request.signal).then(
      (event) => {
        if (request.signal.aborted) return;
        if (event.type === 'page') this.#contacted();
        this.#step(event);
      },
      (error: unknown) => {
        if (!request.signal.aborted) this.#step({ type: 'failed', failure: failureOfError(error) });
      },
    );
  }

  #setTimer(timer: WatchTimer, milliseconds: number): void {
    this.#clearTimer(timer);
    this.#timers.set(
      timer,
      this.#ports.clock.setTimer(milliseconds, () => this.#step({ type: 'timer', timer })),
    );
  }

  #clearTimer(timer: WatchTimer): void {
    this.#timers.get(timer)?.cancel();
    this.#timers.delete(timer);
  }
}

interface ListMeta {
  readonly resourceVersion?: unknown;
  readonly continue?: unknown;
}

function pageOf(answer: unknown): WatchEvent {
  const { items, metadata } = (answer ?? {}) as {
    readonly items?: unknown;
    readonly metadata?: ListMeta | null;
  };
  const resourceVersion = metadata?.resourceVersion;
  if (typeof resourceVersion !== 'string' || (items !== null && !Array.isArray(items))) {
    throw new ApiRequestError(malformed('a list without items or resourceVersion'));
  }
  const token = metadata?.continue;
  return {
    type: 'page',
    items: items ?? [],
    resourceVersion,
    continueToken: typeof token === 'string' && token !== '' ? token : null,
  };
}

function watchEventOf(line: unknown): WatchEvent {
  const { type, object } = (line ?? {}) as { readonly type?: unknown; readonly object?: unknown };
  if (type === 'ERROR') return { type: 'failed', failure: failureOfErrorEvent(object) };
  const { metadata } = (object ?? {}) as { readonly metadata?: ListMeta | null };
  const resourceVersion = metadata?.resourceVersion;
  if (typeof resourceVersion === 'string') {
    if (type === 'ADDED' || type === 'MODIFIED') return { type: 'watch-put', object, resourceVersion };
    if (type === 'DELETED') return { type: 'watch-delete', object, resourceVersion };
    if (type === 'BOOKMARK') return { type: 'watch-bookmark', resourceVersion };
  }
  return {
    type: 'failed',
    failure: malformed(`a watch event of type ${JSON.stringify(type)} without resourceVersion`),
  };
}

function failureOfErrorEvent(status: unknown): ApiFailure {
  const { code, message } = (status ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return failureOfStatus(typeof code === 'number' ? code : 0, typeof message === 'string' ? message : '');
}
