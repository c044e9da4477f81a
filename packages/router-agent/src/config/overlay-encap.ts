/** What packets to other nodes are put into. The first two are kube-router's. */
export const overlayEncaps = ['ipip', 'fou', 'vxlan', 'wireguard'] as const;
export type OverlayEncap = (typeof overlayEncaps)[number];
