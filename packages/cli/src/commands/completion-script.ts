/** A command, or a group of commands, as a shell completes it. */
export interface CompletedCommand {
  /** Words that lead to it: `['show', 'rib']`; none for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  /** Names of the commands below it. */
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly { readonly name: string; readonly summary: string }[];
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The script that teaches a shell to complete these commands. The agent's options serve `kube-router` too. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return `#compdef peerage kube-router\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case 'fish':
      return fish(commands);
  }
}

function wordsOf({ commands, options }: CompletedCommand): string {
  return [...commands, ...options].map(({ name }) => name).join(' ');
}

/** Words that begin with a dash, and values, are no commands; an option with an equals sign wants a value behind it. */
function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands
    .map((each) => `    "${each.path.join(' ')}") words="${wordsOf(each)}" ;;`)
    .join('\n');
  const known = commands.map(({ path }) => `"${path.join(' ')}"`).join('|');
  return `# Completion for peerage and kube-router.
_peerage() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words="" word next i
  [ "\${COMP_WORDS[0]##*/}" = kube-router ] && path=agent
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    next="\${path:+$path }$word"
    case "$next" in
      ${known}) path="$next" ;;
    esac
  done
  case "$path" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ "\${COMPREPLY[0]}" == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o default -F _peerage peerage kube-router
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap((each) => {
    const seen = each.path.map((word) => `__fish_seen_subcommand_from ${word}`);
    const below = each.commands.map(({ name }) => name).join(' ');
    const before = below === '' ? [] : [`not __fish_seen_subcommand_from ${below}`];
    const condition = quoted([...seen, ...before].join('; and ') || 'true');
    const options = each.options.map((option) => ({ ...option, name: option.name.replace(/=$/, '') }));
    return [
      ...each.commands.map(
        ({ name, summary }) => `complete -c peerage -f -n ${condition} -a ${name} -d ${quoted(summary)}`,
      ),
      ...options.flatMap(({ name, summary }) => {
        const flag = `${name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`} -d ${quoted(summary)}`;
        const ours = `complete -c peerage -n ${condition} ${flag}`;
        return each.path.join() === 'agent' ? [ours, `complete -c kube-router ${flag}`] : [ours];
      }),
    ];
  });
  return `# Completion for peerage and kube-router.\n${lines.join('\n')}\n`;
}
