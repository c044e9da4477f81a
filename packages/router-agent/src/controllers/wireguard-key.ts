import { keyStep, publicKeyAnnotation } from '../desired/wireguard.js';
import type { AnnotationItem } from '../items/annotation.js';
import type { Driver } from '../items/item.js';
import type { ControllerOptions, RunOutcome } from '../reconcile/controller.js';
import { defaultRetry } from '../reconcile/loop-machine.js';
import { reconcile } from '../reconcile/reconcile.js';
import { type Facts, knownOwnNode, nothingToDo } from './facts.js';

interface PublicKey {
  readonly publicKey: string;
  /** Wall-clock milliseconds since 1970. */
  readonly madeAt: number;
}

/** Where the keys of this node are kept. */
export interface KeyStore {
  read(): Promise<{ readonly current: PublicKey | null; readonly next: PublicKey | null }>;
  /** Makes the first key. */
  makeCurrent(): Promise<void>;
  makeNext(): Promise<void>;
  /** The next key is the one in use from now on. */
  promote(): Promise<void>;
}

export interface KeyPorts {
  readonly keys: KeyStore;
  /** Annotations of the own Node. */
  readonly annotations: Driver<AnnotationItem>;
  /** Wall-clock milliseconds since 1970. */
  now(): number;
}

const name = 'wireguard-key';
const deadlineMilliseconds = 30_000;
/** Often enough for a next key that an operator puts there. */
const periodMilliseconds = 10_000;

/** Which key this node has: made once, announced by an annotation of its Node, and exchanged for the next one when others know that. */
export class WireguardIdentity {
  readonly #facts: Facts;
  readonly #ports: KeyPorts;
  readonly #listeners = new Set<() => void>();
  #publicKey: string | null = null;

  constructor(facts: Facts, ports: KeyPorts) {
    this.#facts = facts;
    this.#ports = ports;
  }

  /** Of the key in use; null while there is none. */
  get publicKey(): string | null {
    return this.#publicKey;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Takes in the key that is there, and makes none. */
  async look(): Promise<void> {
    this.#use((await this.#ports.keys.read()).current?.publicKey ?? null);
  }

  controller(): ControllerOptions {
    return {
      name,
      times: { ...defaultRetry, period: periodMilliseconds },
      deadlineMilliseconds,
      run: (signal) => this.#run(signal),
    };
  }

  async #run(signal: AbortSignal): Promise<RunOutcome> {
    const { keys, annotations } = this.#ports;
    const own = knownOwnNode(this.#facts, name);
    if (own === null) return nothingToDo;
    this.#facts.tellProblems(name, []);
    const announced = own.node.annotations[publicKeyAnnotation];
    for (;;) {
      signal.throwIfAborted();
      const { current, next } = await keys.read();
      const step = keyStep({ current: current?.publicKey ?? null, next: next?.publicKey ?? null }, announced);
      if (step.do === 'make') await keys.makeCurrent();
      else if (step.do === 'promote') await keys.promote();
      else if (next === null && current !== null && this.#isOld(current)) await keys.makeNext();
      else {
        this.#use(current?.publicKey ?? null);
        const wanted = step.announce === null ? [] : [{ name: publicKeyAnnotation, value: step.announce }];
        return reconcile(annotations, wanted, signal, { mayDelete: false });
      }
    }
  }

  #isOld({ madeAt }: PublicKey): boolean {
    const { wireguardKeyLifetime } = this.#facts.config;
    // One that is from the future was made when the clock was wrong: how old it is cannot be known.
    const age = Math.abs(this.#ports.now() - madeAt);
    return wireguardKeyLifetime > 0 && age > wireguardKeyLifetime * 1000;
  }

  #use(publicKey: string | null): void {
    if (publicKey === this.#publicKey) return;
    this.#publicKey = publicKey;
    for (const listener of this.#listeners) listener();
  }
}
