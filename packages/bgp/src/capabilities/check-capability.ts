import type { Capability, CapabilityName } from './capability.js';
import {
  checkEach,
  checkFamily,
  checkFlag,
  checkInteger,
  checkOctets,
  checkOneOf,
  checkText,
  fieldsOf,
} from './message-field.js';

type FieldCheck = (path: string, value: unknown) => void;
type Fields<Name extends CapabilityName> = Readonly<
  Record<Exclude<keyof Extract<Capability, { readonly name: Name }>, 'name'>, FieldCheck>
>;

const upTo =
  (most: number): FieldCheck =>
  (path, value) =>
    checkInteger(path, value, most);
const oneOf =
  (...allowed: readonly string[]): FieldCheck =>
  (path, value) =>
    checkOneOf(path, value, allowed);
/** A list of families, with more fields for each. */
const families =
  (more: Readonly<Record<string, FieldCheck>>): FieldCheck =>
  (path, value) =>
    checkEach(path, value, (place, element) => checkAll(place, element, { family: checkFamily, ...more }));

const CHECKS: { readonly [Name in CapabilityName]: Fields<Name> } = {
  multiprotocol: { family: checkFamily },
  'route-refresh': {},
  'enhanced-route-refresh': {},
  'extended-message': {},
  'graceful-restart': {
    restartTime: upTo(0xfff),
    restarted: checkFlag,
    notification: checkFlag,
    families: families({ forwarding: checkFlag }),
  },
  'four-octet-as': { as: upTo(0xffffffff) },
  'add-path': { families: families({ mode: oneOf('receive', 'send', 'both') }) },
  'extended-next-hop': { families: families({ nextHopAfi: upTo(0xffff) }) },
  role: { role: oneOf('provider', 'route-server', 'route-server-client', 'customer', 'peer') },
  fqdn: { host: checkText, domain: checkText },
  'long-lived-graceful-restart': {
    families: families({ forwarding: checkFlag, staleTime: upTo(0xffffff) }),
  },
  'software-version': { version: checkText },
  'link-local-next-hop': {},
  unknown: { code: upTo(0xff), value: checkOctets },
};
const NAMES = Object.keys(CHECKS);

/** Refuses what is no capability that can be sent. Throws `BGP_ERR_MESSAGE` with the place and what may stand there. */
export function checkCapability(path: string, value: unknown): asserts value is Capability {
  const { name } = fieldsOf(path, value, 'a capability such as { name: "route-refresh" }');
  checkOneOf(`${path}.name`, name, NAMES);
  checkAll(path, value, CHECKS[name as CapabilityName]);
}

function checkAll(path: string, value: unknown, checks: Readonly<Record<string, FieldCheck>>): void {
  const fields = fieldsOf(path, value, `an object with ${Object.keys(checks).join(', ')}`);
  for (const [field, check] of Object.entries(checks)) check(`${path}.${field}`, fields[field]);
}
