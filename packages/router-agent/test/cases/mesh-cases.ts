/** Two nodes by their annotations, and what the first is to the second. */
export interface MeshSessionCase {
  readonly own: Readonly<Record<string, string>>;
  readonly other: Readonly<Record<string, string>>;
  readonly session: 'none' | 'peer' | 'reflects';
  readonly defect?: string;
}

const plain = {};
const server = (id: string) => ({ 'kube-router.io/rr.server': id });
const client = (id: string) => ({ 'kube-router.io/rr.client': id });
/** It is a server all the same. */
const both = { ...server('1'), ...client('2') };

/** The table of kube-router's reflectors, with the cluster ids that the original does not compare (D5). */
export const meshSessionCases: readonly MeshSessionCase[] = [
  { own: plain, other: plain, session: 'peer' },
  { own: plain, other: client('1'), session: 'none', defect: 'the original dials a node that never answers' },
  { own: plain, other: server('1'), session: 'peer' },
  { own: client('1'), other: plain, session: 'none' },
  { own: client('1'), other: client('1'), session: 'none' },
  { own: client('1'), other: server('1'), session: 'peer' },
  { own: client('1'), other: server('2'), session: 'none', defect: 'D5' },
  { own: client('1'), other: server('0.0.0.1'), session: 'peer', defect: 'D5' },
  { own: server('1'), other: plain, session: 'peer' },
  { own: server('1'), other: client('1'), session: 'reflects' },
  { own: server('1'), other: client('2'), session: 'none', defect: 'D5' },
  { own: server('1'), other: server('1'), session: 'peer' },
  { own: server('1'), other: server('2'), session: 'peer' },
  { own: both, other: client('1'), session: 'reflects' },
  { own: both, other: client('2'), session: 'none', defect: 'D5' },
];
