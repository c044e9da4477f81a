/** Something that a check does not accept: where, and what to do about it. */
export interface Finding {
  /** `path` or `path:line`, from the root of the tree. */
  readonly place: string;
  readonly text: string;
}

/** One check of the tree: a name for the table, and what it finds. */
export interface Check {
  readonly name: string;
  find(): readonly Finding[] | Promise<readonly Finding[]>;
}
