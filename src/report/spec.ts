/** A package as package managers write it, and as reports key it: `esbuild@0.25.0`, `@scope/name@1.0.0`. */
export function specOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}
