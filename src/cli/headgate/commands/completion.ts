// What shells complete: the words of all commands and their options, made of the one list of commands.

import { type Command, commonOptions } from "../command.ts";
import { toUsageFailure } from "../exit-codes.ts";
import { findNearest } from "../../../core/schema/find-nearest.ts";

/** The list has this command too: it is read when somebody asks. */
export function createCompletion(list: () => readonly Command[]): Command {
  return {
    name: "completion",
    summary: "a script that completes commands and options in a shell: bash, zsh or fish",
    arguments: [{ name: "shell" }],
    examples: ["completion bash", "completion zsh", "completion fish"],
    run: async (given) => {
      const shell = given.argument(0);
      const toScript = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
      if (toScript === undefined) throw toUnknownShell(shell);
      const script = toScript(list());
      return Promise.resolve({ json: { script }, text: () => script });
    },
  };
}

function toUnknownShell(shell: string): Error {
  const known = Object.keys(scripts);
  const nearest = findNearest(shell, known);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const shown = JSON.stringify(shell);
  return toUsageFailure(`No completion for the shell ${shown}: there are ${known.join(", ")}${hint}`);
}

const scripts: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: (commands) => `${toFunction(commands)}
complete -o default -F _headgate headgate`,
  // zsh reads bash's way of completing.
  zsh: (commands) => `autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${toFunction(commands)}
complete -o default -F _headgate headgate`,
  fish: toFish,
};

/** What may follow the words that were typed: "" is the program alone. */
function toNext(commands: readonly Command[]): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, Set<string>>([["", new Set()]]);
  const options = toFlags(Object.keys(commonOptions));
  for (const { name, options: own = {} } of commands) {
    const words = name.split(" ");
    for (const [at, word] of words.entries()) {
      const before = words.slice(0, at).join(" ");
      next.set(before, (next.get(before) ?? new Set()).add(word));
    }
    next.set(name, new Set([...toFlags(Object.keys(own)), ...options]));
  }
  return new Map([...next].map(([words, following]) => [words, [...following]]));
}

const toFlags = (names: readonly string[]): readonly string[] => names.map((name) => `--${name}`);

function toFunction(commands: readonly Command[]): string {
  const cases = [...toNext(commands)].map(
    ([words, following]) => `    "${words}") following="${following.join(" ")}" ;;`,
  );
  return `_headgate() {
  local word words="" following=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$words" in *" "*) break ;; esac
    case "$word" in -*) break ;; esac
    words="\${words:+$words }$word"
  done
  case "$words" in
${cases.join("\n")}
    *) case "\${words%% *}" in
${cases.map((one) => `  ${one}`).join("\n")}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$following" -- "\${COMP_WORDS[COMP_CWORD]}"))
}`;
}

function toFish(commands: readonly Command[]): string {
  const lines: string[] = ["complete -c headgate -f"];
  const groups = new Set<string>();
  for (const { name, summary, options = {} } of commands) {
    const [first = name, second] = name.split(" ");
    if (second === undefined) lines.push(toLine("__fish_use_subcommand", [`-a ${first}`, summary]));
    else {
      if (!groups.has(first)) lines.push(toLine("__fish_use_subcommand", [`-a ${first}`, `${first} ...`]));
      groups.add(first);
      const isFirst = `__fish_seen_subcommand_from ${first}; and test (count (commandline -opc)) -eq 2`;
      lines.push(toLine(isFirst, [`-a ${second}`, summary]));
    }
    const isTyped = name
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
    for (const [option, { help, value }] of Object.entries({ ...options, ...commonOptions }))
      lines.push(toLine(isTyped, [`-l ${option}${value === undefined ? "" : " -r"}`, help]));
  }
  return lines.join("\n");
}

function toLine(condition: string, [what, summary]: readonly [what: string, summary: string]): string {
  return `complete -c headgate -n ${quote(condition)} ${what} -d ${quote(summary)}`;
}

const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
