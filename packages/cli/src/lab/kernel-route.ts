import * as z from 'zod';

const hop = z.object({ gateway: z.string().optional(), via: z.object({ host: z.string() }).optional() });

const routesSchema = z.array(
  hop.extend({
    dst: z.string(),
    dev: z.string().optional(),
    protocol: z.string().optional(),
    nexthops: z.array(hop.extend({ dev: z.string().optional() })).optional(),
  }),
);

/** A route as `ip -json route` tells it. */
export interface KernelRoute {
  readonly destination: string;
  readonly protocol: string;
  /** Gateways in order; empty for a connected route. */
  readonly gateways: readonly string[];
}

/** Reads the output of `ip -json route show`. */
export function parseKernelRoutes(json: string): readonly KernelRoute[] {
  if (json.trim() === '') return [];
  return routesSchema.parse(JSON.parse(json)).map((route) => {
    const hops = route.nexthops ?? [route];
    return {
      destination: route.dst,
      protocol: route.protocol ?? '',
      gateways: hops.flatMap((next) => next.gateway ?? next.via?.host ?? []),
    };
  });
}
