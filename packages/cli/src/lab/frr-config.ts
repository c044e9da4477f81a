import type { LabPlan } from './plan.js';

/** Configuration of the external router: nodes may come and go, so they are dynamic neighbours by range. */
export function bgpdConfig(plan: LabPlan, logFile: string): string {
  const [network4, network6] = plan.client.networks;
  const groups =
    plan.mode === 'dual-stack-two-sessions'
      ? [
          { name: 'nodes4', range: '192.168.1.0/24', families: ['ipv4'] },
          { name: 'nodes6', range: 'fd00:192:168:1::/64', families: ['ipv6'] },
        ]
      : [
          {
            name: 'nodes',
            range: '192.168.1.0/24',
            families: plan.mode === 'ipv4' ? ['ipv4'] : ['ipv4', 'ipv6'],
          },
        ];
  const family = (name: string, network: string | undefined): string[] =>
    network === undefined
      ? []
      : [
          ` address-family ${name} unicast`,
          `  network ${network}`,
          '  maximum-paths 16',
          ...groups
            .filter((group) => group.families.includes(name))
            .map((group) => `  neighbor ${group.name} activate`),
          ' exit-address-family',
        ];
  return [
    'hostname router',
    `log file ${logFile} informational`,
    `router bgp ${plan.router.as}`,
    ` bgp router-id ${plan.router.addresses[0]}`,
    ' no bgp ebgp-requires-policy',
    ' no bgp default ipv4-unicast',
    ` timers bgp ${Math.floor(plan.holdSeconds / 3)} ${plan.holdSeconds}`,
    ...groups.flatMap((group) => [
      ` neighbor ${group.name} peer-group`,
      ` neighbor ${group.name} remote-as ${plan.clusterAs}`,
      ` bgp listen range ${group.range} peer-group ${group.name}`,
    ]),
    ...family('ipv4', network4),
    ...family('ipv6', network6),
    '',
  ].join('\n');
}

export function zebraConfig(logFile: string): string {
  return ['hostname router', `log file ${logFile} informational`, ''].join('\n');
}
