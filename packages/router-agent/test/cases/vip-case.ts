import type { DrainStage } from '../../src/desired/drain.js';
import type { EndpointSlice, Node, Service } from '../../src/model/cluster.js';
import { slice } from '../desired/samples.js';

/** All kinds of addresses are announced. */
export const all = ['--advertise-cluster-ip', '--advertise-external-ip', '--advertise-loadbalancer-ip'];
export const cluster = '10.64.0.1/32';
export const external = '1.1.1.1/32';
export const balanced = '10.0.255.1/32';
export const here = [slice([{ on: 'n1' }])];
export const elsewhere = [slice([{ on: 'n2' }])];

/** One service, what node n1 is told of it, and what it announces. */
export interface VipCase {
  readonly title: string;
  readonly flags?: readonly string[];
  readonly service?: Partial<Service>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly slices?: readonly EndpointSlice[];
  /** What node n1 announces. */
  readonly announces: readonly string[];
  /** Part of the reason for one of the others. */
  readonly because?: RegExp;
  /** Of node n1. */
  readonly node?: Partial<Node>;
  /** Other nodes; default: none. */
  readonly others?: readonly Node[];
  readonly stage?: DrainStage;
  /** What addresses are announced with. */
  readonly attributes?: object;
  readonly peers?: readonly string[];
  /** Parts of what is told of the service. */
  readonly tells?: readonly RegExp[];
  /** Number of the defect of the original that this sets right, or what the original does. */
  readonly defect?: string;
}
