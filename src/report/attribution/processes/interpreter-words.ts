/** How to read the options of one kind of interpreter that precede the script. */
export interface OptionKinds {
  /** The code follows in the command line itself: `-c`, `-e`. */
  readonly inline: RegExp;
  /** The next word, or the text after `=`, is a file that is loaded before the script. */
  readonly loads: RegExp;
  /** The next word is the option's value. */
  readonly takesWord: RegExp;
  /** Takes no value. For an option in none of these lists, it is not known whether the next word is its value or the script. */
  readonly plain: RegExp;
  /** The script is read from standard input, whatever follows. */
  readonly fromInput: RegExp;
}

const NONE = /^$/;

const NODE: OptionKinds = {
  inline: /^(?:-\w*[ep]|--eval|--print)(?:=|$)/,
  loads: /^(?:-r|--require|--import|--loader|--experimental-loader)(?:=|$)/,
  takesWord: /^(?:-C|--conditions|--title|--input-type|--inspect-port|--env-file|--icu-data-dir)$/,
  plain:
    /^(?:-i|--interactive|-h|--help|-v|--version|--(?:no|trace|experimental|expose|enable|preserve|harmony|use|throw|pending|abort|test|watch|allow|permission|inspect)\b[\w-]*)$|=/,
  fromInput: /^-$/,
};

const SHELL: OptionKinds = {
  inline: /^-\w*c\w*$/,
  loads: /^--(?:rcfile|init-file)$/,
  takesWord: /^[-+]\w*[oO]$/,
  plain: /^(?:[-+][abefhikmnptuvxlrBCEHPTVD]+|--(?:posix|noprofile|norc|login|verbose|noediting|restricted))$/,
  fromInput: /^-\w*s\w*$/,
};

const PYTHON: OptionKinds = {
  inline: /^-\w*[cm]/,
  loads: NONE,
  takesWord: /^-[WX]$/,
  plain: /^-(?:[bBdEhiIOPqsSuvVx]+|[WX].+)$/,
  fromInput: /^-$/,
};

const PERL: OptionKinds = {
  inline: /^-[\w.]*[eE]$/,
  loads: NONE,
  takesWord: /^-[IMm]$/,
  plain: /^-(?:[acnpstTuUvwWX]+|[0-9]+|[IMmi].+)$/,
  fromInput: /^-$/,
};

const RUBY: OptionKinds = {
  inline: /^-\w*e$/,
  loads: /^(?:-r|--require)(?:=|$)/,
  takesWord: /^-[CEIKx]$/,
  plain: /^-(?:[acdlnpsSuUvw]+|W\d?|W:.+|[IKEr].+|-[\w-]+=.+|-(?:disable|enable|verbose|yjit)[\w-]*)$/,
  fromInput: /^-$/,
};

/** The options of an interpreter, by the path of its program; those of a shell if the program is none of the others. */
export function optionKindsOf(exepath: string): OptionKinds {
  const name = exepath.slice(exepath.lastIndexOf('/') + 1);
  if (/^(?:node|bun|deno)/.test(name)) return NODE;
  if (/^python/.test(name)) return PYTHON;
  if (/^perl/.test(name)) return PERL;
  if (/^ruby/.test(name)) return RUBY;
  return SHELL;
}
