/**
 * Small integers that name rows of tables. 0 means "none" in every one of them, so that fresh columns (zeros) are empty.
 * Nobody holds a row across a turn, only its id, and an id is given out again only when all who could hold it let go.
 */
export type PrefixId = number & { readonly __brand: 'PrefixId' };
export type AttrId = number & { readonly __brand: 'AttrId' };
export type NextHopId = number & { readonly __brand: 'NextHopId' };
export type PathRow = number & { readonly __brand: 'PathRow' };
/** A peer of the pipeline. `LOCAL_PEER` stands for this speaker's own routes. */
export type PeerIndex = number & { readonly __brand: 'PeerIndex' };
/** A prefix with a path identifier of ours (RFC 7911). */
export type SlotId = number & { readonly __brand: 'SlotId' };
/** What an adj-RIB-out is keyed by: prefixes, or slots with add-path. */
export type OutKey = PrefixId | SlotId;
/** How accepted sets go out over one kind of session, with a next hop. */
export type TreatmentId = number & { readonly __brand: 'TreatmentId' };
/** What is advertised: an accepted attribute set with a treatment. */
export type OutId = number & { readonly __brand: 'OutId' };

/** NLRI octets of a path that differ from those that its destination is kept with. */
export type FormId = number & { readonly __brand: 'FormId' };

export const NO_PREFIX = 0 as PrefixId;
export const NO_ATTR = 0 as AttrId;
export const NO_NEXT_HOP = 0 as NextHopId;
export const NO_ROW = 0 as PathRow;
export const NO_SLOT = 0 as SlotId;
export const NO_TREATMENT = 0 as TreatmentId;
export const NO_OUT = 0 as OutId;
export const NO_FORM = 0 as FormId;

export const LOCAL_PEER = 1 as PeerIndex;
/** Peer columns have 16 bits. */
export const MAX_PEER_INDEX = 0xffff;
