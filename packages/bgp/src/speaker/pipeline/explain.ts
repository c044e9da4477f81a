import { editsText } from '../../policy/edits-text.js';
import type { PolicyResult } from '../../policy/policy.js';
import { LOCAL_PEER, NO_OUT, NO_ROW, type PrefixId } from '../../rib/ids.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import type { FlowspecValidity } from '../inbound/flowspec-validity.js';
import type { Importer } from '../inbound/import.js';
import type { Aggregator } from '../local/aggregator.js';
import type { RoutePlace } from '../local/find-route.js';
import type { Member } from '../members/member.js';
import { DefaultRoute } from '../outbound/default-route.js';
import type { Exporter } from '../outbound/export.js';
import { type GroupProfile, isSuppressed, profileOf } from '../outbound/group-profile.js';
import type { ExportExplanation, PolicyExplanation, RouteExplanation } from '../views/explanation.js';
import type { RouteStatus } from '../views/status.js';

/** What explaining needs of a pipeline. */
export interface ExplainSources {
  readonly rib: Rib;
  readonly importer: Importer;
  readonly exporter: Exporter;
  readonly aggregates: Aggregator;
  readonly flowspecs: FlowspecValidity;
  member(index: number): Member | undefined;
}

/** Asks policies anew about one destination, and tells what they say. Changes nothing. */
export function explainRoute(
  sources: ExplainSources,
  { table, prefix, route }: RoutePlace & { readonly route: RouteStatus },
  target: Member | null,
): RouteExplanation {
  return {
    family: route.family,
    prefix: route.prefix,
    imports: explainImports(sources, table, prefix),
    decision: route.paths,
    ...(target !== null && { export: explainExport(sources, table, prefix, target) }),
  };
}

function explainImports(
  { importer, flowspecs, member }: ExplainSources,
  table: FamilyTable,
  prefix: PrefixId,
): readonly PolicyExplanation[] {
  const { paths } = table;
  const found: PolicyExplanation[] = [];
  for (let row = paths.head(prefix); row !== NO_ROW; row = paths.next(row)) {
    if (paths.peer(row) === LOCAL_PEER) continue;
    const from = member(paths.peer(row));
    const family = from?.family(table.family);
    if (from === undefined || family === undefined) continue;
    const [set, hop] = [paths.receivedSet(row), paths.receivedNextHop(row)];
    const asked = importer.ask(from, family, prefix, set, hop);
    const isRefused = typeof asked === 'string' || asked?.action === 'reject';
    const answer = isRefused ? asked : (flowspecs.refusal(from, table, prefix, set) ?? asked);
    found.push(explained(from.peer.address, from.importPolicy?.name, answer));
  }
  return found;
}

function explainExport(
  { rib, exporter, aggregates, member }: ExplainSources,
  table: FamilyTable,
  prefix: PrefixId,
  target: Member,
): ExportExplanation {
  const peer = target.peer.address;
  const nothing = (reason: string): ExportExplanation => ({ peer, advertised: false, reason, paths: [] });
  const family = target.family(table.family);
  if (family === undefined) return nothing(`${table.family.name} is not carried on this session`);
  const profile = profileOf(target, family);
  if (profile.isBlocked) return nothing('no export policy is set for this external peer (RFC 8212)');
  if (isOriginated(rib, exporter, profile, prefix)) {
    return { peer, advertised: true, reason: 'a default route is originated for this peer', paths: [] };
  }
  if (isSuppressed(profile, prefix))
    return nothing(`the aggregate ${aggregates.suppressor(table, prefix)} is sent in its place`);
  const best = rib.decision.select(table.paths, prefix);
  if (best === NO_ROW) return nothing('there is no usable path');
  const paths: PolicyExplanation[] = [];
  let accepted: string | null = null;
  let unseen: string | null = null;
  for (const { row, nextHop, answer } of exporter.ask(profile, prefix, best)) {
    const from = table.paths.peer(row);
    const name = from === LOCAL_PEER ? 'local' : (member(from)?.peer.address ?? '');
    paths.push(explained(name, profile.policy?.name, answer));
    if (typeof answer === 'string' || answer?.action === 'reject') continue;
    // With add-path several may go out; its own path does not go back to a peer, but for memberships of targets (RFC 4684 §3.2).
    const isItself = from !== LOCAL_PEER && rib.nextHops.farEnd(nextHop) === target.index;
    if (from === target.index && !profile.isToldTargets) unseen = 'it was learned from this peer';
    else if (isItself) unseen ??= 'its next hop is an address of this peer (RFC 4271 §5.1.3)';
    else accepted ??= name;
  }
  if (accepted !== null) {
    return { peer, advertised: true, reason: `the path from ${accepted} goes out`, paths };
  }
  const reason = unseen ?? paths.at(-1)?.reason ?? 'no path may go there';
  return { peer, advertised: false, reason, paths };
}

/** Whether the peer is sent a default route of its own (`defaultOriginate`). */
function isOriginated(rib: Rib, exporter: Exporter, profile: GroupProfile, prefix: PrefixId): boolean {
  if (profile.defaultOrigin === null) return false;
  const route = new DefaultRoute(profile, profile.defaultOrigin, rib, exporter);
  const isSent = route.prefix === prefix && route.out !== NO_OUT;
  route.dissolve();
  return isSent;
}

/** `answer`: of a policy; `null`: there is none, everything is accepted; a text: a rule that no policy is asked about. */
function explained(
  peer: string,
  policy: string | undefined,
  answer: PolicyResult | string | null,
): PolicyExplanation {
  if (typeof answer === 'string') return { peer, action: 'reject', reason: answer, edits: [] };
  if (answer === null) return { peer, action: 'accept', reason: 'no policy is set', edits: [] };
  const { action, statement } = answer;
  const edits = answer.action === 'accept' && answer.edits !== undefined ? editsText(answer.edits) : [];
  const name = policy === undefined ? {} : { policy };
  return { peer, action, ...name, statement, reason: `${action}ed by statement ${statement}`, edits };
}
