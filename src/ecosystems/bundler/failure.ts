/** The beginning of the last line of `image/opt/ruby/fetch.rb`. */
const REASON = 'the bundle could not be fetched: ';
/** Excerpts of the Gemfile in Bundler's messages. */
const EXCERPT = / # -{10,}.*$/;

/** See `PackageManager.failure`. */
export function failure(lines: readonly string[]): string | undefined {
  const reason = lines.findLast((line) => line.startsWith(REASON));
  return reason?.slice(REASON.length).replace(EXCERPT, '');
}
