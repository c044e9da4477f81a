import { seededRandom } from '@peerage/bgp/testing';
import { type RawSample, sampleNode, sampleService } from '../sources/sample-objects.js';
import type { Fabric } from './fabric.js';

const services = 100;

/** A service as it is at the moment. */
interface ServiceNow {
  readonly external: number;
  readonly isClusterIpAnnounced: boolean;
}

/**
 * A cluster in which services come, change and go, nodes without an agent come and go, and the pod ranges of nodes 1 and 2 change; it
 * knows what follows from that.
 */
export class ChangingCluster {
  readonly #lab: Fabric;
  readonly #random: { next(): number };
  readonly #services = new Map<number, ServiceNow>();
  readonly #strangers = new Set<number>();
  readonly #moreRanges = new Map<number, readonly number[]>([
    [1, []],
    [2, []],
  ]);
  changes = 0;

  constructor(lab: Fabric, seed: number) {
    this.#lab = lab;
    this.#random = seededRandom(seed);
    for (const n of [1, 2]) this.#putNode(n);
  }

  /** Makes one change. */
  change(): void {
    this.changes += 1;
    const dice = this.#random.next();
    if (dice < 0.8) this.#changeService(1 + this.#below(services));
    else if (dice < 0.9) this.#changeStranger(10 + this.#below(5));
    else this.#changeNode(1 + this.#below(2));
  }

  /** Pod ranges of a node. */
  rangesOf(node: number): readonly string[] {
    const more = this.#moreRanges.get(node) ?? [];
    return [`10.48.${node}.0/24`, ...more.map((k) => `10.${50 + node}.${k}.0/24`)];
  }

  /** What a router outside should know, sorted. */
  announced(): readonly string[] {
    const vips = [...this.#services].flatMap(([n, { external, isClusterIpAnnounced }]) => [
      `203.0.113.${external}/32`,
      ...(isClusterIpAnnounced ? [`${clusterIpOf(n)}/32`] : []),
    ]);
    return [...new Set([...vips, ...this.rangesOf(1), ...this.rangesOf(2)])].sort();
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  #changeService(n: number): void {
    if (this.#services.has(n) && this.#random.next() < 0.3) {
      this.#services.delete(n);
      this.#lab.remove(sampleService(n));
      return;
    }
    const now = { external: 1 + this.#below(200), isClusterIpAnnounced: this.#random.next() < 0.5 };
    this.#services.set(n, now);
    this.#lab.put(serviceObject(n, now));
  }

  #changeStranger(n: number): void {
    if (this.#strangers.delete(n)) this.#lab.remove(sampleNode(n));
    else {
      this.#strangers.add(n);
      this.#lab.put(sampleNode(n));
    }
  }

  #changeNode(n: number): void {
    const count = this.#below(4);
    this.#moreRanges.set(
      n,
      Array.from({ length: count }, (_, i) => 10 * i + this.#below(10)),
    );
    this.#putNode(n);
  }

  #putNode(n: number): void {
    this.#lab.putNode(n, { 'pod-cidrs': this.rangesOf(n).join() });
  }
}

function clusterIpOf(n: number): string {
  return (sampleService(n).spec as { readonly clusterIP: string }).clusterIP;
}

function serviceObject(n: number, { external, isClusterIpAnnounced }: ServiceNow): RawSample {
  const sample = sampleService(n, {
    externalIPs: [`203.0.113.${external}`],
    externalTrafficPolicy: 'Cluster',
  });
  const annotations = { 'kube-router.io/service.advertise.clusterip': String(isClusterIpAnnounced) };
  return { ...sample, metadata: { ...sample.metadata, annotations } };
}
