/** The components of a flow specification (RFC 8955 §4.2.2, RFC 8956 §3), by type, in the order that they must have. */
export type FlowspecName =
  | 'destination-prefix'
  | 'source-prefix'
  | 'protocol'
  | 'port'
  | 'destination-port'
  | 'source-port'
  | 'icmp-type'
  | 'icmp-code'
  | 'tcp-flags'
  | 'packet-length'
  | 'dscp'
  | 'fragment'
  | 'flow-label';

/** A value of up to 64 bits; decimal text where a number would not be exact. */
export type FlowspecNumber = number | string;

/** How a number is compared (RFC 8955 §4.2.1.1); `false` and `true` match never and always. */
export type NumericOperator = 'false' | '<' | '>' | '!=' | '==' | '<=' | '>=' | 'true';

/** One test of a number (RFC 8955 §4.2.1.1). */
export interface NumericTest {
  /** Joined to the test before it by AND rather than OR; always false for the first. */
  readonly and: boolean;
  readonly op: NumericOperator;
  readonly value: FlowspecNumber;
}

/** One test of bits (RFC 8955 §4.2.1.2). */
export interface BitmaskTest {
  readonly and: boolean;
  readonly not: boolean;
  /** All bits must match, not just one. */
  readonly match: boolean;
  readonly value: FlowspecNumber;
}

/** One condition of a flow (RFC 8955 §4.2.2, RFC 8956 §3). */
export type FlowspecComponent =
  | {
      readonly type: 'destination-prefix' | 'source-prefix';
      /** Bits before `offset` are zero. */
      readonly prefix: string;
      /** Bits that are left out of the match (RFC 8956 §3.1); IPv6 only. */
      readonly offset?: number;
    }
  | { readonly type: 'tcp-flags' | 'fragment'; readonly bits: readonly BitmaskTest[] }
  | {
      readonly type: Exclude<FlowspecName, 'destination-prefix' | 'source-prefix' | 'tcp-flags' | 'fragment'>;
      readonly tests: readonly NumericTest[];
    };

/** A row of this table. */
export interface ComponentRow {
  readonly type: FlowspecName;
  readonly kind: 'prefix' | 'numeric' | 'bitmask';
  /** Octets that a value may have: 1, 2, 4, 8 are what the operator can say. */
  readonly sizes: readonly number[];
}

const ANY: readonly number[] = [1, 2, 4, 8];
const row = (type: FlowspecName, kind: ComponentRow['kind'], sizes = ANY): ComponentRow => ({
  type,
  kind,
  sizes,
});

/** By type. The sizes are what a value can need; a longer form of a small number is taken (RFC 8955 has SHOULD). */
export const COMPONENTS: readonly (ComponentRow | undefined)[] = [
  undefined,
  row('destination-prefix', 'prefix'),
  row('source-prefix', 'prefix'),
  row('protocol', 'numeric'),
  row('port', 'numeric'),
  row('destination-port', 'numeric'),
  row('source-port', 'numeric'),
  row('icmp-type', 'numeric'),
  row('icmp-code', 'numeric'),
  // RFC 8955 §4.2.2.9: one or two octets; §4.2.2.11, §4.2.2.12: one.
  row('tcp-flags', 'bitmask', [1, 2]),
  row('packet-length', 'numeric'),
  row('dscp', 'numeric', [1]),
  row('fragment', 'bitmask', [1]),
  row('flow-label', 'numeric'),
];

export const FLOW_LABEL = 13;

/** Operators by their bits: less than 4, greater than 2, equal 1. */
export const NUMERIC_OPERATORS: readonly NumericOperator[] = [
  'false',
  '==',
  '>',
  '>=',
  '<',
  '<=',
  '!=',
  'true',
];
