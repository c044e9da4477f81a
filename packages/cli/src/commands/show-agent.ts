import type { ShowCommand } from './command.js';

/** What is not right in the cluster, or in reaching it. */
export const showProblems: ShowCommand = {
  name: 'problems',
  summary: 'what is not right in the cluster or on this node, and the way out',
  arguments: [],
  options: [],
  async run(client) {
    const problems = await client.problems();
    return {
      json: problems,
      blocks: [
        {
          kind: 'table',
          columns: ['place', 'problem'],
          rows: problems.map(({ place, message }) => [place, message]),
          empty: 'no problems',
        },
      ],
    };
  },
};

/** What the agent announces, and what it does not, with the rule that decided. */
export const showAdvertisements: ShowCommand = {
  name: 'advertisements',
  summary: 'pod ranges and service addresses: announced or not, and why',
  arguments: [],
  options: [],
  async run(client) {
    const rows = await client.advertisements();
    return {
      json: rows,
      blocks: [
        {
          kind: 'table',
          columns: ['prefix', 'kind', 'of', 'announced', 'why'],
          rows: rows.map((row) => [
            row.prefix,
            row.kind,
            row.subject,
            row.advertised ? { text: 'yes', tone: 'good' } : { text: 'no', tone: 'dim' },
            row.reason,
          ]),
          empty: 'nothing to announce',
        },
      ],
    };
  },
};

/** Learned routes in the kernel: wanted, acknowledged, failed. */
export const showKernel: ShowCommand = {
  name: 'kernel',
  summary: 'learned routes in the kernel: wanted, acknowledged, failed',
  arguments: [],
  options: [],
  async run(client) {
    const kernel = await client.kernel();
    return {
      json: kernel,
      blocks: [
        {
          kind: 'table',
          columns: ['family', 'wanted', 'in the kernel', 'failed'],
          rows: kernel.families.map((family) => [
            family.family,
            family.wanted,
            family.acknowledged,
            family.failed.length,
          ]),
          empty: 'this program writes no kernel routes',
        },
        ...kernel.families
          .filter((family) => family.failed.length > 0)
          .map((family) => ({
            kind: 'table' as const,
            title: `failed, ${family.family}`,
            columns: ['prefix', 'why'],
            rows: family.failed.map(({ prefix, message }) => [prefix, message]),
            empty: '',
          })),
      ],
    };
  },
};
