/** What is told of the node. The shape is that of an Event of Kubernetes. */
export interface ToldEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface NodeEventsPorts {
  now(): number;
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
  /** Rejects when it cannot be told. */
  send(event: ToldEvent): Promise<void>;
  /** So many were told, joined with another one, or lost. */
  counted(outcome: 'sent' | 'joined' | 'failed', events: number): void;
  /** Why the last one could not be told; null when that works again. */
  failing(message: string | null): void;
}

/** What comes within this time after the first of its reason is told with it. Milliseconds. */
const joinTime = 5_000;
/** The same words are not told again within this time. */
const repeatTime = 600_000;
const mostRemembered = 1_000;
const namedEach = 3;

interface Gathering {
  readonly type: ToldEvent['type'];
  /** The first few. */
  readonly messages: string[];
  count: number;
}

/**
 * Tells what operators should see on the Node object, without ever flooding the API server: what happens together is told
 * together, and what happens again and again is told once in ten minutes.
 */
export class NodeEvents {
  readonly #ports: NodeEventsPorts;
  readonly #gathering = new Map<string, Gathering>();
  /** When each text was told last. */
  readonly #told = new Map<string, number>();
  readonly #timers = new Set<{ cancel(): void }>();
  #isClosed = false;

  constructor(ports: NodeEventsPorts) {
    this.#ports = ports;
  }

  tell({ type, reason, message }: ToldEvent): void {
    if (this.#isClosed || this.#wasTold(`${reason} ${message}`)) return;
    const gathering = this.#gathering.get(reason);
    if (gathering !== undefined) {
      gathering.count++;
      if (gathering.messages.length < namedEach) gathering.messages.push(message);
      return;
    }
    this.#gathering.set(reason, { type, messages: [message], count: 1 });
    const timer = this.#ports.setTimer(joinTime, () => {
      this.#timers.delete(timer);
      void this.#send(reason);
    });
    this.#timers.add(timer);
  }

  /** Nothing is told after this. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
  }

  #wasTold(text: string): boolean {
    const now = this.#ports.now();
    const last = this.#told.get(text);
    if (last !== undefined && now - last < repeatTime) return true;
    // The oldest goes first: a map keeps the order in which keys came.
    this.#told.delete(text);
    this.#told.set(text, now);
    const oldest = this.#told.keys().next().value;
    if (this.#told.size > mostRemembered && oldest !== undefined) this.#told.delete(oldest);
    return false;
  }

  async #send(reason: string): Promise<void> {
    const gathering = this.#gathering.get(reason);
    this.#gathering.delete(reason);
    if (gathering === undefined) return;
    const { type, messages, count } = gathering;
    const more = count > messages.length ? `; and ${count - messages.length} more` : '';
    const message = `${messages.join('; ')}${more}`;
    try {
      await this.#ports.send({ type, reason, message });
      this.#ports.counted('sent', 1);
      this.#ports.counted('joined', count - 1);
      this.#ports.failing(null);
    } catch (error) {
      this.#ports.counted('failed', count);
      this.#ports.failing(error instanceof Error ? error.message : String(error));
    }
  }
}
