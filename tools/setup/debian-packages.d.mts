/** A Debian package that the project's commands use. */
export interface DebianPackage {
  readonly name: string;
  /** Absolute paths, or names of programs, that are there when the package is. */
  readonly files: readonly string[];
  readonly for: readonly ('lab' | 'test')[];
  readonly why: string;
  /** Services that the package starts by itself; they are kept off. */
  readonly services?: readonly string[];
}

export const debianPackages: readonly DebianPackage[];
export function missingPackages(purpose: string, exists: (path: string) => boolean): DebianPackage[];
