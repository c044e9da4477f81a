import { encodeCanonical } from '../../attributes/canonical.js';
import type { PathAttributes } from '../../attributes/path-attributes.js';
import type { Family } from '../../net/family.js';
import { createNlriKey, type NlriKey } from '../../net/nlri-key.js';
import { formatPrefix, parseInto, parsePrefix } from '../../net/prefix.js';
import type { Policy } from '../../policy/policy.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import { badField, checkBoolean, checkFields, checkPolicy, parseField } from './field-check.js';

/** A route of our own that is there while more specific ones are (RFC 4271 §9.2.2.2). */
export interface Aggregate {
  /** `198.51.100.0/22`; an aggregate of this prefix is replaced. */
  readonly prefix: string;
  /** Collect the ASes of the contributors in an AS_SET, and their communities. Default false: sets are deprecated (RFC 9774). */
  readonly asSet?: boolean;
  /** Do not advertise the contributors, but for peers with `unsuppress`. Default false. */
  readonly summaryOnly?: boolean;
  /** Routes that it accepts contribute; edits are not looked at. Default: every more specific route that is chosen. */
  readonly contributors?: Policy;
  /** Attributes that are set, in place of what comes from the contributors. */
  readonly attributes?: PathAttributes;
  /** Mark it for route sinks: packets that no more specific route takes are to be dropped. Default false. */
  readonly discard?: boolean;
}

/** A checked `Aggregate`. */
export interface AggregateSettings {
  readonly prefix: string;
  readonly family: Family;
  readonly key: NlriKey;
  readonly asSet: boolean;
  readonly summaryOnly: boolean;
  readonly contributors: Policy | null;
  readonly attributes: PathAttributes;
  readonly discard: boolean;
}

/** An aggregate as it stands. */
export interface AggregateStatus {
  readonly prefix: string;
  /** Chosen routes that it is made of; without any it is not there. */
  readonly contributors: number;
  readonly asSet: boolean;
  readonly summaryOnly: boolean;
  readonly discard: boolean;
}

/** Names of what an aggregate configures. */
export const aggregateFields = [
  'prefix',
  'asSet',
  'summaryOnly',
  'contributors',
  'attributes',
  'discard',
] as const satisfies readonly (keyof Aggregate)[];

/** Throws `BGP_ERR_CONFIG`, `BGP_ERR_PREFIX` or `BGP_ERR_ATTRIBUTE` with the field, its value and what is allowed. */
export function aggregateSettings(config: Aggregate, path = 'aggregate'): AggregateSettings {
  checkFields(path, config, aggregateFields);
  const prefix = formatPrefix(parseField(`${path}.prefix`, config.prefix, parsePrefix));
  const key = createNlriKey();
  const family = parseInto(prefix, key);
  const { contributors, attributes = {} } = config;
  if (typeof attributes !== 'object' || attributes === null)
    throw badField(`${path}.attributes`, attributes, 'an object');
  encodeCanonical(attributes, new ByteWriter(256));
  return {
    prefix,
    family,
    key,
    asSet: checkBoolean(`${path}.asSet`, config.asSet ?? false),
    summaryOnly: checkBoolean(`${path}.summaryOnly`, config.summaryOnly ?? false),
    contributors: contributors === undefined ? null : checkPolicy(`${path}.contributors`, contributors),
    attributes,
    discard: checkBoolean(`${path}.discard`, config.discard ?? false),
  };
}

/** Names of the fields in which two settings of one prefix differ. */
export function changedAggregate(x: AggregateSettings, y: AggregateSettings): readonly string[] {
  const plain = (['asSet', 'summaryOnly', 'contributors', 'discard'] as const).filter(
    (field) => x[field] !== y[field],
  );
  return encoded(x.attributes) === encoded(y.attributes) ? plain : [...plain, 'attributes'];
}

function encoded(attributes: PathAttributes): string {
  const out = new ByteWriter(256);
  encodeCanonical(attributes, out);
  return out.slice().join();
}
