import { refuseAttribute } from './attribute-error.js';
import type { PathAttributes } from './path-attributes.js';

/** What kind of value stands in a field; what is in it is looked at where it is encoded. */
type Shape = (path: string, value: unknown) => void;

const any: Shape = () => {};

const text: Shape = (path, value) => {
  if (typeof value !== 'string') refuseAttribute(path, value, 'must be a text');
};

const octets: Shape = (path, value) => {
  if (!(value instanceof Uint8Array)) refuseAttribute(path, value, 'must be a Uint8Array');
};

const present: Shape = (path, value) => {
  if (value !== true) refuseAttribute(path, value, 'must be true, or absent');
};

function listOf(element: Shape): Shape {
  return (path, value) => {
    if (!Array.isArray(value)) refuseAttribute(path, value, 'must be a list');
    for (const [i, one] of value.entries()) element(`${path}[${i}]`, one);
  };
}

function record(fields: Readonly<Record<string, Shape>>): Shape {
  const names = Object.keys(fields).join(', ');
  return (path, value) => {
    if (typeof value !== 'object' || value === null)
      refuseAttribute(path, value, `must be an object of ${names}`);
    for (const [name, shape] of Object.entries(fields)) shape(`${path}.${name}`, Reflect.get(value, name));
  };
}

const shapes: Readonly<Record<keyof PathAttributes, Shape>> = {
  origin: any,
  asPath: listOf(record({ type: any, ases: listOf(any) })),
  med: any,
  localPref: any,
  atomicAggregate: present,
  aggregator: record({ as: any, address: text }),
  communities: listOf(any),
  originatorId: text,
  clusterList: listOf(text),
  extendedCommunities: listOf(text),
  largeCommunities: listOf(text),
  pmsiTunnel: record({ flags: any, tunnelType: any, label: any, tunnelId: text }),
  tunnelEncapsulation: listOf(record({ tunnelType: any, tlvs: any })),
  ipv6ExtendedCommunities: listOf(text),
  aigp: any,
  linkState: any,
  onlyToCustomer: any,
  prefixSid: any,
  attributeSet: record({ originAs: any, hex: text }),
  unknown: listOf(record({ code: any, flags: any, value: octets })),
};

/**
 * Refuses fields that are no attributes, and values of a kind that cannot stand there: a misspelt attribute would be left out
 * without a word. Throws `BGP_ERR_ATTRIBUTE`.
 */
export function checkShapes(attributes: PathAttributes): void {
  for (const [field, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(shapes, field)) refuseAttribute(field, value, `must be absent: ${wayOut(field)}`);
    shapes[field as keyof PathAttributes](field, value);
  }
}

function wayOut(field: string): string {
  const plain = field.toLowerCase().replace(/[-_]/g, '');
  if (plain === 'nexthop') return 'a next hop stands beside the attributes, in the announcement';
  const names = Object.keys(shapes);
  const near = names.find((name) => name.toLowerCase() === plain);
  return near === undefined ? `there are ${names.join(', ')}` : `it is spelt ${near}`;
}
