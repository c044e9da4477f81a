import { dirname, resolve } from 'node:path';
import { definedOnly } from '@peerage/control/settings';
import type * as z from 'zod';
import type { GivenFlag } from './command-line.js';
import {
  emptyFileConfig,
  type FileConfig,
  type FileNeighbor,
  type NodeSelector,
  type OriginatedAttributes,
  type SessionConfig,
} from './file-config.js';
import { readFileFlags } from './file-flags.js';
import { fileMistakes } from './file-issues.js';
import { type AgentFile, agentFileSchema, type agentGroupSchema } from './file-schema.js';
import type { FlagName } from './flags.js';
import { type FileMistake, type FilePath, pathText, YamlFile } from './yaml-places.js';

/** What reading a file needs beside its text. */
export interface FilePorts {
  /** Throws what the file system throws. For passwords and keys. */
  readTextFile(path: string): string;
  /** What only the library can tell: mistakes with the path of the field, `neighbors[0].holdTime`. */
  checkFile(file: FileConfig): readonly { readonly at: string; readonly message: string }[];
}

/** What a file says. Without errors all of it holds, with one nothing does. */
export interface ReadConfigFile {
  readonly file: FileConfig;
  readonly flags: ReadonlyMap<FlagName, GivenFlag>;
  /** `/etc/peerage/agent.yaml:12: neighbors[0].remoteAs must be …, got …`. */
  readonly errors: readonly string[];
}

/** Reads the file of `--config`. */
export function readConfigFile(path: string, text: string, ports: FilePorts): ReadConfigFile {
  const failed = (mistakes: readonly FileMistake[]): ReadConfigFile => ({
    file: emptyFileConfig,
    flags: new Map(),
    errors: [
      ...new Set(
        [...mistakes]
          .sort((a, b) => a.line - b.line)
          .map(({ line, message }) => `${path}:${line}: ${message}`),
      ),
    ],
  });
  const read = YamlFile.read(text);
  if (!('file' in read)) return failed(read);
  const value = read.value ?? {};
  const parsed = agentFileSchema.safeParse(value);
  const flags = flagsOf(value, path, read.file);
  if (!parsed.success) {
    return failed([
      ...flags.mistakes,
      ...fileMistakes(parsed.error.issues, agentFileSchema, read.file, value),
    ]);
  }
  const reader = new FileReader(path, parsed.data, read.file, ports);
  const file = reader.file();
  const mistakes = [...flags.mistakes, ...reader.mistakes];
  if (mistakes.length > 0) return failed(mistakes);
  const refused = ports
    .checkFile(file)
    .map(({ at, message }) => ({ line: read.file.lineOfText(at), message }));
  return refused.length > 0 ? failed(refused) : { file, flags: flags.given, errors: [] };
}

function flagsOf(value: unknown, path: string, file: YamlFile): ReturnType<typeof readFileFlags> {
  const { flags } = value as { readonly flags?: unknown };
  const isMap = typeof flags === 'object' && flags !== null && !Array.isArray(flags);
  return readFileFlags(isMap ? (flags as Record<string, unknown>) : {}, path, file);
}

type Group = z.output<typeof agentGroupSchema>;

/** Turns what the schema let pass into configuration: groups resolved, passwords read. */
class FileReader {
  readonly mistakes: FileMistake[] = [];
  readonly #path: string;
  readonly #value: AgentFile;
  readonly #file: YamlFile;
  readonly #ports: FilePorts;

  constructor(path: string, value: AgentFile, file: YamlFile, ports: FilePorts) {
    this.#path = path;
    this.#value = value;
    this.#file = file;
    this.#ports = ports;
  }

  file(): FileConfig {
    const {
      mesh = {},
      external = {},
      neighbors = [],
      sets = {},
      policies = {},
      announce = [],
      aggregates = [],
    } = this.#value;
    return {
      path: this.#path,
      mesh: this.#session(mesh, ['mesh']),
      external: this.#session(external, ['external']),
      neighbors: this.#neighbors(neighbors),
      policies: { policies, sets },
      announcements: announce.map(({ prefixes, nextHop, mesh: toNodes = false, ...rest }, i) => ({
        prefixes,
        ...(nextHop === undefined ? {} : { nextHop }),
        attributes: attributesOf(rest),
        mesh: toNodes,
        for: selectorOf(rest),
        place: this.#place(['announce', i]),
      })),
      aggregates: aggregates.map(({ prefix, contributors, mesh: toNodes = false, ...rest }, i) => ({
        prefix,
        asSet: rest.asSet ?? false,
        summaryOnly: rest.summaryOnly ?? false,
        discard: rest.discard ?? false,
        ...(contributors === undefined ? {} : { contributors }),
        attributes: attributesOf(rest),
        mesh: toNodes,
        for: selectorOf(rest),
        place: this.#place(['aggregates', i]),
      })),
      leaves: Object.keys(this.#value)
        .filter((name) => name !== 'flags')
        .flatMap((name) => this.#file.leaves([name])),
    };
  }

  #neighbors(neighbors: NonNullable<AgentFile['neighbors']>): readonly FileNeighbor[] {
    const places = new Map<string, { readonly place: string; readonly for: NodeSelector }[]>();
    return neighbors.map((neighbor, i): FileNeighbor => {
      const path = ['neighbors', i];
      const { address, remoteAs: own, nodes, nodeLabels, ...rest } = neighbor;
      const { remoteAs = own, ...session } = this.#withGroups(
        { ...rest, ...(own === undefined ? {} : { remoteAs: own }) },
        path,
      );
      const place = this.#place(path);
      const selector = selectorOf({ nodes, nodeLabels });
      const others = places.get(address) ?? [];
      const other = others.find((each) => mayMeet(each.for, selector));
      places.set(address, [...others, { place, for: selector }]);
      if (other !== undefined) {
        const twice = `${pathText(path)}.address ${address} is there twice, first at ${other.place}`;
        this.#tell([...path, 'address'], `${twice}; a router is one peer, remove one`);
      }
      if (remoteAs === undefined)
        this.#tell(path, `${pathText(path)}.remoteAs is missing; give it here or in a group`);
      return {
        address,
        remoteAs: remoteAs ?? 'external',
        ...this.#session(session, path),
        for: selector,
        place,
      };
    });
  }

  /** What groups give where the entry says nothing; the first group that says it counts. */
  #withGroups(entry: Group, path: FilePath, open: readonly string[] = []): Group {
    const { group, ...own } = entry;
    const names = group === undefined ? [] : typeof group === 'string' ? [group] : group;
    let resolved: Group = own;
    for (const name of names) {
      const found = this.#value.peerGroups?.[name];
      if (found === undefined || open.includes(name)) {
        const known = Object.keys(this.#value.peerGroups ?? {}).join(', ') || 'none';
        const reason =
          found === undefined ? `is not in peerGroups; there are ${known}` : 'is built on itself';
        this.#tell([...path, 'group'], `${pathText(path)}.group ${JSON.stringify(name)} ${reason}`);
        continue;
      }
      const given = this.#withGroups(found, ['peerGroups', name], [...open, name]);
      resolved = { ...given, ...resolved };
    }
    return resolved;
  }

  #session(entry: Group, path: FilePath): SessionConfig {
    const {
      importPolicy,
      exportPolicy,
      passwordFile,
      authentication,
      remoteAs: _,
      ...rest
    } = this.#withGroups(entry, path);
    const keys = authentication?.tcpAo.keys.map(({ secretFile, ...key }) => ({
      ...definedOnly(key),
      secret: this.#secret(secretFile, [...path, 'authentication']),
    }));
    return {
      settings: {
        ...definedOnly(rest),
        ...(passwordFile === undefined
          ? {}
          : { password: this.#secret(passwordFile, [...path, 'passwordFile']) }),
        ...(keys === undefined ? {} : { authentication: { tcpAo: { keys } } }),
      } as SessionConfig['settings'],
      ...definedOnly({ importPolicy, exportPolicy }),
    };
  }

  #secret(name: string, path: FilePath): string {
    const from = resolve(dirname(this.#path), name);
    try {
      return this.#ports.readTextFile(from).replace(/\r?\n$/, '');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell(
        path,
        `${pathText(path)}: ${from} cannot be read (${reason}); give a file that the agent may read`,
      );
      return '';
    }
  }

  #place(path: FilePath): string {
    return `${this.#path}:${this.#file.lineOf(path)}`;
  }

  #tell(path: FilePath, message: string): void {
    this.mistakes.push({ line: this.#file.lineOf(path), message });
  }
}

/** Whether one node may be selected by both; of labels that cannot be told from here. */
function mayMeet(a: NodeSelector, b: NodeSelector): boolean {
  if (a.nodeLabels !== undefined || b.nodeLabels !== undefined) {
    return JSON.stringify(a) === JSON.stringify(b);
  }
  return a.nodes === undefined || b.nodes === undefined || a.nodes.some((name) => b.nodes?.includes(name));
}

function selectorOf({
  nodes,
  nodeLabels,
}: { readonly [K in keyof NodeSelector]: NodeSelector[K] | undefined }): NodeSelector {
  return definedOnly({ nodes, nodeLabels });
}

type FileAttributes = Pick<
  NonNullable<AgentFile['announce']>[number],
  'med' | 'localPref' | 'communities' | 'largeCommunities' | 'extendedCommunities' | 'prepend'
>;

function attributesOf(given: FileAttributes): OriginatedAttributes {
  const { med, localPref, communities, largeCommunities, extendedCommunities, prepend } = given;
  return definedOnly({
    med,
    localPref,
    communities: communities?.map(String),
    largeCommunities,
    extendedCommunities,
    prepend,
  });
}
