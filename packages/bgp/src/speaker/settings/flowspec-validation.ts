/**
 * Which flow specifications of a peer are taken (RFC 8955 §6, RFC 9117 §4): `strict`, those that come from whom the traffic to
 * their destination goes to; `destination-optional`, also those without a destination; `none`, all of them.
 */
export type FlowspecValidation = (typeof flowspecValidations)[number];

export const flowspecValidations = ['strict', 'destination-optional', 'none'] as const;
