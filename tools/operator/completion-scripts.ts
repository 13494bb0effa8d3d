/**
 * What a shell is told: the words up to the cursor go to `orderly complete words`, which answers
 * one candidate each line, a tab and its description behind it. Without a candidate the shell
 * offers files.
 */

const bash = `_orderly() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" complete words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -o nosort -F _orderly orderly`;

const zsh = `#compdef orderly
_orderly() {
  local line
  local -a found
  for line in "\${(@f)$("\${words[1]}" complete words -- \
      "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    if [[ $line == *$'\\t'* ]]; then
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${line//:/\\\\:}")
    fi
  done
  if (( \${#found} )); then
    _describe -V orderly found
  else
    _files
  fi
}
compdef _orderly orderly`;

const fish = `function __orderly_words
  set -l words (commandline -opc)
  set -l found ($words[1] complete words -- $words[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c orderly -f -k -a '(__orderly_words)'`;

export const scriptFor = { bash, zsh, fish } as const;
