/** What a session between two nodes carries. */
export interface FamilyCase {
  readonly own: readonly string[];
  readonly other: readonly string[];
  readonly restart: boolean;
  /** Null: they are no peers. */
  readonly carries: readonly ('ipv4' | 'ipv6')[] | null;
}

const v4 = ['192.168.1.11'];
const both = ['192.168.1.11', 'fd00:1::11'];
const v6 = ['fd00:1::11'];
const four = ['192.168.1.12'];
const dual = ['192.168.1.12', 'fd00:1::12'];
const six = ['fd00:1::12'];

/** The matrix of kube-router's bgp_peers_test.go: families by those of the nodes, with and without graceful restart. */
export const familyCases: readonly FamilyCase[] = [true, false].flatMap((restart): readonly FamilyCase[] => [
  { own: v4, other: four, restart, carries: ['ipv4'] },
  { own: v4, other: dual, restart, carries: ['ipv4'] },
  { own: both, other: four, restart, carries: ['ipv4'] },
  { own: both, other: dual, restart, carries: ['ipv4', 'ipv6'] },
  { own: v6, other: six, restart, carries: ['ipv6'] },
  { own: v4, other: six, restart, carries: null },
  { own: both, other: six, restart, carries: null },
  { own: v4, other: [], restart, carries: null },
]);
