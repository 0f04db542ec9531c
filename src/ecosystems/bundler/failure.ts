/** What `image/opt/ruby/fetch.rb` ends with. */
const REASON = 'the bundle could not be fetched: ';
/** Lines of the Gemfile, as Bundler shows them. */
const EXCERPT = / # -{10,}.*$/;

/** As `PackageManager.failure`. */
export function failure(lines: readonly string[]): string | undefined {
  const reason = lines.findLast((line) => line.startsWith(REASON));
  return reason?.slice(REASON.length).replace(EXCERPT, '');
}
