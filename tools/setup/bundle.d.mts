/** Where the bundle of the command stands in a checkout. */
export const bundleFolder: string;
/**
 * Bundles the command into a folder. `sources` says which source files came into each file, by its path below the
 * folder.
 */
export function bundle(
  root: string,
  folder?: string,
): Promise<{ readonly sources: Readonly<Record<string, readonly string[]>> }>;
